import { afterAll, beforeAll, expect, test } from "vitest";
import { openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import { smallerModel } from "./smaller-model.ts";

const NOW = "2026-11-15T00:00:00Z";
let ledger: OpenLedger;
beforeAll(async () => {
  ledger = await openLedger(NOW);
});
afterAll(() => ledger.close());

const smaller = (provider: string, model: string) =>
  smallerModel(ledger, provider, model, Date.parse(NOW))?.model ?? null;

test.each([
  ["openai", "gpt-4o", "gpt-4o-mini"],
  ["openai", "gpt-4o-2024-08-06", "gpt-4o-mini"],
  ["openai", "gpt-5", "gpt-5-mini"],
  ["openai", "gpt-5-mini", "gpt-5-nano"],
  ["openai", "gpt-4.1-mini", "gpt-4.1-nano"],
  ["anthropic", "claude-opus-4-5-20251101", "claude-sonnet-4-5"],
  ["anthropic", "claude-sonnet-4-5", "claude-haiku-4-5"],
  ["google", "gemini-2.5-pro", "gemini-2.5-flash"],
  ["google", "gemini-2.5-flash", "gemini-2.5-flash-lite"],
])("%s %s → %s", (provider, model, expected) => {
  expect(smaller(provider, model)).toBe(expected);
});

test("nothing smaller, or nothing that is known, is null", () => {
  expect(smaller("openai", "gpt-4o-mini")).toBeNull();
  expect(smaller("openai", "gpt-5-nano")).toBeNull();
  expect(smaller("anthropic", "claude-haiku-4-5")).toBeNull();
  expect(smaller("nobody", "model-large")).toBeNull();
});
