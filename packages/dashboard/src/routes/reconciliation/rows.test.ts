import { expect, test } from "vitest";
import type { ReconciledRow } from "../../api/reconciliation.ts";
import { knownDifference, needsLook, orderOf, orderRows, whyInShort } from "./rows.ts";

const row: ReconciledRow = {
  day: "2026-11-04",
  model: "gpt-4o",
  recordedUsd: 25,
  reportedUsd: 27.5,
  billedUsd: 27.5,
  differenceUsd: 2.5,
  explanations: [],
  unexplainedUsd: 0,
  recordedCalls: 1,
  recordedTokens: 10,
  reportedTokens: 11,
};
const reason = (name: string, amountUsd: number, expected: boolean) => ({
  reason: name,
  amountUsd,
  text: "",
  expected,
});

test("only what is not as it should be, or not explained, needs a look", () => {
  expect(needsLook(row)).toBe(false);
  expect(needsLook({ ...row, explanations: [reason("tax", 2.5, true)] })).toBe(false);
  expect(needsLook({ ...row, explanations: [reason("no_price", 0.1, false)] })).toBe(true);
  expect(needsLook({ ...row, unexplainedUsd: -0.1 })).toBe(true);
});

test("where nobody has said anything the difference is not known, and no zero", () => {
  expect(knownDifference(row)).toBe(2.5);
  expect(knownDifference({ ...row, billedUsd: null })).toBe(2.5);
  expect(knownDifference({ ...row, reportedUsd: null, billedUsd: null, differenceUsd: -25 })).toBeNull();
});

test("reasons are named by their size, also one that this page does not know yet", () => {
  const explanations = [reason("tax", 0.5, true), reason("brand_new", -3, false)];
  expect(whyInShort({ ...row, explanations, unexplainedUsd: 1 })).toBe("brand_new, not explained, tax");
  expect(whyInShort(row)).toBe("");
});

test("without a choice, what has to be looked into stands before what differs more", () => {
  const taxed = { ...row, day: "2026-11-06", differenceUsd: 9, explanations: [reason("tax", 9, true)] };
  const wrong = { ...row, day: "2026-11-07", differenceUsd: -1, explanations: [reason("no_price", -1, false)] };
  expect(orderRows([taxed, row, wrong], undefined)).toEqual([wrong, taxed, row]);
});

test("rows are ordered by a column, and what is not known comes last either way", () => {
  const rows = [row, { ...row, day: "2026-11-05", billedUsd: null }, { ...row, day: "2026-11-03", billedUsd: 30 }];
  const days = (text?: string) => orderRows(rows, orderOf(text)).map(({ day }) => day.slice(-1));
  expect(days()).toEqual(["4", "5", "3"]);
  expect(days("day")).toEqual(["3", "4", "5"]);
  expect(days("billed")).toEqual(["4", "3", "5"]);
  expect(days("-billed")).toEqual(["3", "4", "5"]);
  expect(orderOf("nonsense")).toBeUndefined();
});
