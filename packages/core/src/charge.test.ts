import { expect, test } from "vitest";
import { parseCharge } from "./charge.ts";

const NOW_MS = Date.parse("2026-11-22T05:00:00Z");

function amount(raw: object): number | undefined {
  return parseCharge(raw, NOW_MS).charge?.amountNanoUsd;
}

test.each([
  [{ paymentAmountUsd: 49.99, percent: 2.9, fixedUsd: 0.3 }, 1_749_710_000],
  [{ paymentAmountUsd: 0.1, percent: 2.9, fixedUsd: 0.3 }, 302_900_000],
  // Half a nano-dollar goes to the even neighbour.
  [{ paymentAmountUsd: 0.00000005, percent: 1 }, 0],
  [{ paymentAmountUsd: 0.00000015, percent: 1 }, 2],
])("a fee of %o", (fee, expected) => {
  expect(amount({ kind: "payment_fee", fee })).toBe(expected);
});

test("what the fee was computed from is kept", () => {
  const fee = { paymentAmountUsd: 10, percent: 2.9, fixedUsd: 0.3 };
  expect(parseCharge({ kind: "payment_fee", fee, metadata: { payment: "pi_1" } }, NOW_MS).charge?.metadata).toEqual({
    payment: "pi_1",
    fee,
  });
});

test("a given amount counts, beside the fee", () => {
  expect(amount({ kind: "payment_fee", amountUsd: 0.59, fee: { paymentAmountUsd: 10, percent: 2.9 } })).toBe(
    590_000_000,
  );
});

test("a credit is money back, with either sign", () => {
  expect(amount({ kind: "credit", amountUsd: 5 })).toBe(-5_000_000_000);
  expect(amount({ kind: "credit", amountUsd: -5 })).toBe(-5_000_000_000);
  expect(amount({ kind: "adjustment", amountUsd: -5 })).toBe(-5_000_000_000);
});

test.each<[unknown, string[]]>([
  [7, ["charge: wrong_type"]],
  [{}, ["kind: missing_field", "amountUsd: missing_field"]],
  [{ kind: "bribe", amountUsd: 1 }, ["kind: unknown_kind"]],
  [{ kind: "tax", amountUsd: "1" }, ["amountUsd: wrong_type"]],
  [{ kind: "tax", amountUsd: 1e12 }, ["amountUsd: out_of_range"]],
  [{ kind: "tax", amount: 1 }, ["amount: unknown_field", "amountUsd: missing_field"]],
  [{ kind: "payment_fee", fee: { percent: 3 } }, ["fee.paymentAmountUsd: missing_field"]],
  [{ kind: "payment_fee", fee: { paymentAmountUsd: 3, percent: 101 } }, ["fee.percent: out_of_range"]],
  [{ kind: "tax", amountUsd: 1, occurredAt: "9999-01-01T00:00:00Z" }, ["occurredAt: time_out_of_range"]],
])("%o is refused", (raw, expected) => {
  const { problems } = parseCharge(raw, NOW_MS);
  expect((problems ?? []).map((problem) => `${problem.field}: ${problem.code}`)).toEqual(expected);
});
