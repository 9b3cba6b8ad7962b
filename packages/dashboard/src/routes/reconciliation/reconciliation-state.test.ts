import { expect, test } from "vitest";
import { readReconciliationState, withoutSheets } from "./reconciliation-state.ts";

test("the address holds what was chosen, and nothing that is none", () => {
  const raw = {
    provider: "openai",
    only: "look",
    rows: "some",
    tolerancePercent: "2.5",
    toleranceUsd: "-1",
    invoice: "",
  };
  expect(readReconciliationState(raw)).toEqual({ provider: "openai", only: "look", tolerancePercent: "2.5" });
});

test("closing a sheet keeps whose days are shown, and what may differ", () => {
  const page = { provider: "aws", order: "-billed", tolerancePercent: "5" } as const;
  expect(withoutSheets({ ...page, row: "2026-11-04 gpt-4o", invoice: "new", adjust: "aws", tolerance: "set" })).toEqual(
    page,
  );
});
