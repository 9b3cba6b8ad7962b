import { DAY_MS } from "./cubes.ts";
import type { EventWriter } from "./event-writer.ts";

/** Rows deleted in one transaction: other writes wait no longer than that takes. */
export const ROWS_IN_A_STEP = 10_000;

/**
 * One step of letting raw events expire that occurred before the instant, rounded down to a UTC day. Their sums
 * stay. The horizon moves first, so that no question counts on events that are about to go.
 */
export function expireStep(writer: EventWriter, beforeMs: number): { deleted: number; horizonMs: number } {
  return writer.transaction(() => {
    writer.flush();
    const horizonMs = Math.max(writer.state.horizonMs, Math.floor(beforeMs / DAY_MS) * DAY_MS);
    writer.state.horizonMs = horizonMs;
    writer.flush();
    const { changes } = writer.database
      .prepare("DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE at < ? LIMIT ?)")
      .run(horizonMs, ROWS_IN_A_STEP);
    return { deleted: Number(changes), horizonMs };
  });
}
