import { expect, test } from "vitest";
import { invoiceOf } from "./invoice-fields.ts";

const filled = { provider: " openai ", reference: "INV-7", from: "2026-10-01", to: "2026-10-31", amountUsd: "123.45" };

test("the last day becomes the day after it, and what is not said is left out", () => {
  expect(invoiceOf({ ...filled, taxUsd: "", creditUsd: " " })).toEqual({
    provider: "openai",
    reference: "INV-7",
    from: "2026-10-01",
    to: "2026-11-01",
    amountUsd: 123.45,
  });
  expect(invoiceOf({ ...filled, taxUsd: "19.71", creditUsd: "5" })).toMatchObject({ taxUsd: 19.71, creditUsd: 5 });
});

test("what is no amount and no day is sent as it is, for the server to name the field", () => {
  expect(invoiceOf({ ...filled, to: "soon", amountUsd: "12,5" })).toMatchObject({ to: "soon", amountUsd: "12,5" });
});
