import { BASES } from "@outlay/core";
import type { RatingChange } from "../storage.ts";
import { PRICE_CODE } from "./cubes.ts";
import type { EventWriter } from "./event-writer.ts";
import { COL, COMPUTED_IS_COST, type EventRow, EVENT_COLUMNS, withRating } from "./event-row.ts";

/** Gives stored events other ratings and moves every sum by the difference, in one transaction. */
export function rerateEvents(writer: EventWriter, changes: RatingChange[]): { changed: number } {
  return writer.transaction(() => {
    writer.flush();
    const { database } = writer;
    const read = database.prepare(`SELECT ${EVENT_COLUMNS.join()} FROM events WHERE seq = ?`);
    const update = database.prepare(
      "UPDATE events SET flags = ?, cost = ?, computed = ?, savings = ?, avoided = ?, price = ? WHERE seq = ?",
    );
    let changed = 0;
    for (const change of changes) {
      const before = read.get(change.seq);
      if (!before) continue;
      const after = rerated(before, change, writer);
      if (RATING_COLUMNS.every((column) => before[COL[column]] === after[COL[column]])) continue;
      writer.recount(before, -1);
      writer.recount(after, 1);
      update.run(...RATING_COLUMNS.map((column) => after[COL[column]] ?? null), change.seq);
      changed++;
      if (writer.isFlushDue) writer.flush();
    }
    writer.flush();
    return { changed };
  });
}

const RATING_COLUMNS = ["flags", "cost", "computed", "savings", "avoided", "price"] as const;

function rerated(before: EventRow, change: RatingChange, writer: EventWriter): EventRow {
  if (!BASES.includes(change.basis)) throw new Error(`unknown basis: ${change.basis}`);
  const after = [...before];
  const flags = withRating(before[COL.flags] as number, change);
  after[COL.flags] = flags;
  after[COL.cost] = change.costNanoUsd;
  after[COL.computed] = flags & COMPUTED_IS_COST ? null : change.computedNanoUsd;
  after[COL.savings] = change.cacheSavingsNanoUsd;
  after[COL.avoided] = change.avoidedNanoUsd;
  after[COL.price] = change.priceId === null ? null : writer.dictionary.idOf(PRICE_CODE, change.priceId);
  return after;
}
