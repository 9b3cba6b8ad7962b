import { useState } from "react";

/**
 * Rows in the order of their answer; while somebody reads them, in the order that they had when the reading began, with newcomers
 * last. Another question (other filters, another order) is another list.
 */
export function useHeldOrder<Row>(
  rows: readonly Row[],
  of: { idOf: (row: Row) => string; question: string; isReading: boolean },
): Row[] {
  const { idOf, question, isReading } = of;
  const ids = rows.map(idOf);
  const [shown, setShown] = useState({ question, ids });
  const isFree = !isReading || shown.question !== question;
  if (isFree && (shown.question !== question || shown.ids.join("\n") !== ids.join("\n"))) setShown({ question, ids });
  if (isFree) return [...rows];
  const places = new Map(shown.ids.map((id, place) => [id, place]));
  const placeOf = (row: Row) => places.get(idOf(row)) ?? shown.ids.length;
  return rows.toSorted((a, b) => placeOf(a) - placeOf(b));
}
