import { exactCount, exactMoney, money } from "@outlay/react";
import type { Numbers } from "../api/answers.ts";

/** The cost of a group. One in which nothing has a price says so, with its size; one in which some calls have none says "at least". */
export function costCell(row: Numbers): { text: string; title: string } {
  const { calls = null, unpricedCalls = null, tokens = null, cost = null } = row;
  const missing = unpricedCalls ?? 0;
  if (missing > 0 && missing === calls) {
    return { text: "unpriced", title: `No price is known: ${exactCount(tokens)} tokens are not in the cost` };
  }
  if (missing > 0) {
    return { text: `≥ ${money(cost)}`, title: `${exactMoney(cost)}, and ${exactCount(missing)} calls without a price` };
  }
  return { text: money(cost), title: exactMoney(cost) };
}
