import type { IncomingHttpHeaders } from "node:http";
import { MAX_ID_LENGTH } from "@outlay/core";
import { cleanText } from "./clean-text.ts";

/** Ids of clients that are remembered, so that the same one does not stand for two calls. */
const MAX_REMEMBERED = 10_000;
/** Room for what is put behind an id: `/2`, for another model or another call. */
const MAX_OWN_LENGTH = MAX_ID_LENGTH - 16;

/** Gives each call the id of its event. */
export interface EventIds {
  idOf(headers: IncomingHttpHeaders, nowMs: number): string;
  /** Nothing was paid under this id, which was the last for these headers: the next call may have it. */
  giveBack(headers: IncomingHttpHeaders, id: string): void;
}

/**
 * `x-outlay-event-id`, or an id of our own. Clients that try again send the same headers again: what was paid twice is two
 * events, so the second call with an id gets a number behind it.
 */
export function openEventIds(makeId: (nowMs: number) => string): EventIds {
  /** How often each was used, longest unused first. */
  const used = new Map<string, number>();
  return {
    idOf(headers, nowMs) {
      const asked = headers["x-outlay-event-id"];
      if (typeof asked !== "string" || asked === "" || asked.length > MAX_OWN_LENGTH) return makeId(nowMs);
      if (cleanText(asked, MAX_ID_LENGTH) !== asked) return makeId(nowMs);
      const times = (used.get(asked) ?? 0) + 1;
      used.delete(asked);
      used.set(asked, times);
      if (used.size > MAX_REMEMBERED) used.delete(used.keys().next().value!);
      return nameOf(asked, times);
    },
    giveBack(headers, id) {
      const asked = headers["x-outlay-event-id"];
      if (typeof asked !== "string") return;
      const times = used.get(asked) ?? 0;
      if (times === 0 || nameOf(asked, times) !== id) return;
      if (times === 1) used.delete(asked);
      else used.set(asked, times - 1);
    },
  };
}

function nameOf(asked: string, times: number): string {
  return times === 1 ? asked : `${asked}/again-${times}`;
}
