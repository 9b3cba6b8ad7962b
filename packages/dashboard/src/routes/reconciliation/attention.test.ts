import { expect, test } from "vitest";
import type { Connection, ReconciledProvider } from "../../api/reconciliation.ts";
import { attentionOf } from "./attention.ts";

const openai: ReconciledProvider = {
  provider: "openai",
  sources: ["OpenAI"],
  recordedUsd: 72.5,
  reportedUsd: 80,
  billedUsd: 108.1,
  differenceUsd: 35.6,
  explanations: [
    { reason: "no_price", amountUsd: 7, text: "models without a price here", expected: false },
    { reason: "fee", amountUsd: 28, text: "fees", expected: true },
  ],
  unexplainedUsd: 0.6,
  recordedCalls: 10,
  unpricedCalls: 0,
  recordedTokens: 1,
  reportedTokens: 1,
  differencePercent: 33,
  toCheckUsd: 7.6,
  withinTolerance: false,
  adjustedUsd: 0,
  remainingUsd: 35.6,
  invoices: [],
  notes: [],
  rows: [],
};
const connection: Connection = {
  id: "one",
  provider: "openai",
  title: "OpenAI",
  name: "our organisation",
  enabled: true,
  readable: true,
  fromFiles: false,
  running: false,
  endedAt: null,
  goodAt: null,
  failures: 0,
  problem: null,
  series: [],
  balance: null,
};
const sentences = (...args: Parameters<typeof attentionOf>) =>
  attentionOf(...args).map(({ subject, sentence }) => `${subject}: ${sentence}`);

test("what is beyond the tolerance is told with its largest reason that is not as it should be", () => {
  expect(sentences([openai], [connection])).toEqual([
    "openai: Bills $7.60 more than recorded calls account for; most of it: models without a price here.",
  ]);
  expect(sentences([{ ...openai, billedUsd: null, unexplainedUsd: 9, toCheckUsd: 16 }], [])).toEqual([
    "openai: Reports $16.00 more than recorded calls account for; nothing that is known explains it.",
  ]);
});

test("a reason that makes the bill smaller is not named for one that is too large", () => {
  const less = { reason: "rated_differently", amountUsd: -20, text: "another price", expected: false };
  const [sentence] = sentences([{ ...openai, explanations: [...openai.explanations, less] }], []);
  expect(sentence).toContain("models without a price here");
});

test("nothing is told of what agrees, or of what nobody has reported", () => {
  expect(attentionOf([{ ...openai, withinTolerance: true }], [connection])).toEqual([]);
  expect(attentionOf([{ ...openai, reportedUsd: null, billedUsd: null }], [])).toEqual([]);
});

test("calls without a price and connections that fail are told too", () => {
  const failing = { ...connection, problem: { code: "x", message: "OpenAI answered 401", at: "" } };
  expect(sentences([{ ...openai, withinTolerance: true, unpricedCalls: 2 }], [failing])).toEqual([
    "openai: 2 recorded calls have no price, and are in no sum.",
    "our organisation: Could not be asked: OpenAI answered 401",
  ]);
  expect(sentences([], [{ ...failing, readable: false }])).toEqual([
    "our organisation: Its key was encrypted with another secret and cannot be read: enter it again with outlay sync change --from-env.",
  ]);
});
