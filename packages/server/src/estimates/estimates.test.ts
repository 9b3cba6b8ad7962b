import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished, vi } from "vitest";
import type { Storage } from "../storage/storage.ts";
import { openEstimates, promptText, type Estimates, type EstimatesOptions } from "./estimates.ts";

const seconds = 60_000;

/** The part of a store that estimates need. */
function documentStore(): Pick<Storage, "getDocument" | "putDocument"> {
  const documents = new Map<string, string>();
  return {
    getDocument: async (key) => JSON.parse(documents.get(key) ?? "null") as unknown,
    putDocument: async (key, value) => void documents.set(key, JSON.stringify(value)),
  };
}

async function open(options: Partial<EstimatesOptions> = {}): Promise<Estimates> {
  const estimates = await openEstimates({ storage: documentStore() as Storage, gatherMs: 1, ...options });
  onTestFinished(() => estimates.close());
  return estimates;
}

const textOf = (text: string) => ({ characters: text.length, sample: text.slice(0, 16_384) });
const sentence = "The quick brown fox jumps over the lazy dog.";

it("counts what OpenAI's models count, with the tokens around a message", async () => {
  const estimates = await open();
  const call = { provider: "openai", model: "gpt-4o", prompt: textOf(sentence), produced: textOf(sentence) };
  expect(await estimates.estimate(call)).toMatchObject({ inputTokens: 17, outputTokens: 10 });
  expect(await estimates.estimate({ ...call, prompt: null })).toMatchObject({ outputTokens: 10, errorPercent: 3 });
});

it("knows no tokens of a prompt that nobody saw, or that has a picture in it", async () => {
  const estimates = await open();
  const call = { provider: "openai", model: "gpt-4o", produced: textOf("") };
  expect(await estimates.estimate({ ...call, prompt: null })).toMatchObject({ inputTokens: null, outputTokens: 0 });
  expect(await estimates.estimate({ ...call, prompt: textOf("") })).toMatchObject({ inputTokens: null });
  const picture = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
  const prompt = promptText({ messages: [{ role: "user", content: [{ type: "text", text: sentence }, picture] }] });
  expect(await estimates.estimate({ ...call, prompt })).toEqual({
    inputTokens: null,
    outputTokens: 0,
    errorPercent: 100,
  });
  expect(await estimates.estimate({ ...call, prompt: null, produced: null })).toEqual({
    inputTokens: null,
    outputTokens: null,
    errorPercent: 100,
  });
});

it("tells the whole from the sample, with a wider band", async () => {
  const estimates = await open();
  const long = `${sentence} `.repeat(2_000);
  const call = { provider: "openai", model: "gpt-4o", prompt: null, produced: textOf(long) };
  const estimate = await estimates.estimate(call);
  expect(estimate.outputTokens).toBeGreaterThan(19_900);
  expect(estimate.outputTokens).toBeLessThan(20_300);
  expect(estimate.errorPercent).toBeGreaterThan(10);
});

it("learns how much more tokens a model has, and knows it again after a restart", { timeout: seconds }, async () => {
  const storage = documentStore() as Storage;
  const first = await open({ storage });
  const call = { provider: "somebody", model: "new-model", prompt: null, produced: textOf(`${sentence} `.repeat(20)) };
  const before = await first.estimate(call);
  await learnUntil(first, call, 400);
  await first.close();
  const second = await open({ storage });
  const learned = await second.estimate(call);
  expect(before.outputTokens).toBeLessThan(250);
  expect(learned.outputTokens).toBeGreaterThan(390);
  expect(learned.outputTokens).toBeLessThanOrEqual(400);
});

/** The same call with reported usage, until estimates agree with it. */
async function learnUntil(
  estimates: Estimates,
  call: Parameters<Estimates["estimate"]>[0],
  outputTokens: number,
): Promise<void> {
  await vi.waitFor(
    async () => {
      estimates.learn({ ...call, inputTokens: null, outputTokens });
      const estimate = await estimates.estimate(call);
      expect(Math.abs(estimate.outputTokens! - outputTokens)).toBeLessThan(outputTokens * 0.02);
    },
    { timeout: seconds, interval: 1 },
  );
}

it("does not learn what cannot be true", { timeout: seconds }, async () => {
  const estimates = await open();
  const call = { provider: "openai", model: "gpt-4o", prompt: null, produced: textOf(sentence) };
  const before = await estimates.estimate(call);
  for (let index = 0; index < 16; index += 1) estimates.learn({ ...call, inputTokens: null, outputTokens: 90_000 });
  // Calls are learned from in their order: these were looked at when what came after them is known.
  const possible = { ...call, model: "new-model", produced: textOf(`${sentence} `.repeat(20)) };
  await learnUntil(estimates, possible, 400);
  expect(await estimates.estimate(call)).toEqual(before);
});

it("answers by characters, with a wide band, when nothing can be counted any more", async () => {
  const estimates = await open();
  await estimates.close();
  const call = { provider: "openai", model: "gpt-4o", prompt: textOf(sentence), produced: textOf(sentence.repeat(10)) };
  expect(await estimates.estimate(call)).toEqual({ inputTokens: 11, outputTokens: 110, errorPercent: 40 });
  expect(estimates.wantsToLearn("openai", "gpt-4o")).toBe(false);
});

it(
  "divides characters where there is no text, better once calls of the model were seen",
  { timeout: seconds },
  async () => {
    const estimates = await open();
    const model = { provider: "somebody", model: "new-model" };
    const characters = { ...model, promptCharacters: 4_000, producedCharacters: null };
    const before = estimates.estimateFromCharacters(characters);
    expect(before).toMatchObject({ outputTokens: null, errorPercent: 40 });
    expect(before.inputTokens).toBeGreaterThan(900);
    expect(before.inputTokens).toBeLessThan(1_100);
    expect(estimates.estimateFromCharacters({ ...characters, promptCharacters: 0 })).toMatchObject({
      inputTokens: null,
    });

    const call = { ...model, prompt: textOf(`${sentence} `.repeat(20)), produced: null };
    await vi.waitFor(
      () => {
        estimates.learn({ ...call, inputTokens: 450, outputTokens: null });
        expect(estimates.estimateFromCharacters(characters)).toEqual({
          inputTokens: 2_000,
          outputTokens: null,
          errorPercent: 25,
        });
      },
      { timeout: seconds, interval: 1 },
    );
  },
);

it("takes no more calls to learn from than can be gathered", async () => {
  const estimates = await open({ gatherMs: 60_000 });
  const call = { provider: "openai", model: "gpt-4o", prompt: null, produced: textOf(sentence) };
  let taken = 0;
  for (; taken < 1_000 && estimates.wantsToLearn("openai", "gpt-4o"); taken += 1) {
    estimates.learn({ ...call, inputTokens: null, outputTokens: 10 });
  }
  expect(taken).toBe(16);
});

it("does not learn from what it could not count", async () => {
  const storage = documentStore() as Storage;
  const estimates = await open({ storage });
  const call = { provider: "openai", model: "gpt-4o", prompt: textOf(""), produced: { characters: 4_000, sample: "" } };
  estimates.learn({ ...call, inputTokens: 10, outputTokens: 600 });
  await sleep(50);
  expect(await estimates.estimate(call)).toEqual({ inputTokens: null, outputTokens: 1_000, errorPercent: 40 });
  await estimates.close();
  expect(await storage.getDocument("estimates/calibration")).toEqual({ models: {} });
});

it("waits for many estimates at once without refusing any", { timeout: seconds }, async () => {
  const estimates = await open();
  const long = `${sentence} `.repeat(360);
  const call = { provider: "openai", model: "gpt-4o", prompt: textOf(long), produced: textOf(long) };
  const all = await Promise.all(Array.from({ length: 200 }, () => estimates.estimate(call)));
  for (const estimate of all) {
    expect(estimate.outputTokens).toBeGreaterThan(3_500);
    expect(estimate.outputTokens).toBeLessThan(4_100);
  }
});

it("closes while somebody waits, and answers them", async () => {
  const estimates = await open();
  const call = { provider: "openai", model: "gpt-4o", prompt: null, produced: textOf(sentence) };
  const waiting = Promise.all(Array.from({ length: 20 }, () => estimates.estimate(call)));
  await estimates.close();
  for (const estimate of await waiting) expect(estimate.outputTokens).toBeGreaterThan(5);
});
