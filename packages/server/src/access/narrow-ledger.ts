import type { Ledger } from "../ledger/ledger.ts";
import type { LiveFeed } from "../ledger/live-feed.ts";
import type { StoredEvent } from "../storage/storage.ts";
import type { DataScope } from "./data-scope.ts";
import { narrowStorage } from "./narrow-storage.ts";

/** The ledger as if the events of others did not exist. */
export function narrowLedger(ledger: Ledger, scope: DataScope): Ledger {
  if (scope === "all") return ledger;
  const users = new Set(scope.users);
  const isTheirs = (event: StoredEvent) => event.user !== undefined && users.has(event.user);
  return {
    ...ledger,
    // it may change while a stream goes on
    get timeZone() {
      return ledger.timeZone;
    },
    storage: narrowStorage(ledger.storage, scope.users),
    live: narrowFeed(ledger.live, isTheirs),
  };
}

function narrowFeed(live: LiveFeed, isTheirs: (event: StoredEvent) => boolean): LiveFeed {
  return {
    get isHeard() {
      return live.isHeard;
    },
    publish: (events) => live.publish(events),
    subscribe: (listener) =>
      live.subscribe((events) => {
        const theirs = events.filter(isTheirs);
        if (theirs.length > 0) listener(theirs);
      }),
  };
}
