import type { Estimates } from "../estimates/estimates.ts";
import type { PriceBook } from "../prices/price-book.ts";
import type { Storage } from "../storage/storage.ts";
import type { LiveFeed } from "./live-feed.ts";

/** What every function of the ledger works on. Made once, by main. */
export interface Ledger {
  storage: Storage;
  prices: PriceBook;
  /** For calls whose provider gave no usage; absent: they stay without tokens. */
  estimates?: Pick<Estimates, "estimateFromCharacters">;
  /** Milliseconds since 1970; a parameter so that tests can stand anywhere in time. */
  now: () => number;
  /** IANA name of the zone that questions are answered in when they name none. It may change while the server runs. */
  readonly timeZone: string;
  live: LiveFeed;
  /** Calls that went through the gateway and are not recorded: given up, or waiting for a store that fails. */
  health: { unrecorded: number };
}
