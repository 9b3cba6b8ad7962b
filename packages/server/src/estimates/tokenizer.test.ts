import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Tokenizer } from "./tokenizer.ts";

function open(options?: ConstructorParameters<typeof Tokenizer>[0]): Tokenizer {
  const tokenizer = new Tokenizer(options);
  onTestFinished(() => tokenizer.close());
  return tokenizer;
}

const hello = [{ english: 2 }];

describe("the counting thread", () => {
  it("starts with the first text and ends when there are no more", async () => {
    const tokenizer = open({ idleMs: 20 });
    expect(tokenizer.threadId).toBeNull();
    expect(await tokenizer.count(["Hello there"])).toEqual(hello);
    await vi.waitFor(() => expect(tokenizer.threadId).toBeNull(), { timeout: 20_000 });
    expect(await tokenizer.count(["Hello there"])).toEqual(hello);
  });

  it("stays while there is something to count", async () => {
    const tokenizer = open({ idleMs: 200 });
    await tokenizer.count(["Hello there"]);
    const { threadId } = tokenizer;
    for (let index = 0; index < 50; index += 1) {
      await tokenizer.count([`Hello there ${index} `.repeat(700)]);
      expect(tokenizer.threadId).toBe(threadId);
    }
  });

  it.each(["crash", "leave", "hang"])(
    "answers null when it fails (%s), and works again after a moment",
    { timeout: 120_000 },
    async (failure) => {
      const thread = new URL("./unreliable-thread.fixture.ts", import.meta.url);
      const tokenizer = open({ thread, pauseMs: 20, stuckMs: failure === "hang" ? 1_500 : 100_000 });
      // what a thread has answered just before it crashes may come after the news of its end
      expect(await tokenizer.count(["good"])).toEqual([{ english: 1 }]);
      const bad = Promise.all([tokenizer.count([failure]), tokenizer.count(["behind it"])]);
      expect(await bad).toEqual([null, null]);
      expect(await tokenizer.count(["too soon"])).toBeNull();
      const again = async () => expect(await tokenizer.count(["good"])).toEqual([{ english: 1 }]);
      await vi.waitFor(again, { timeout: 60_000 });
    },
  );

  it("takes no more than can wait", async () => {
    const tokenizer = open();
    const text = "Hello there, everybody. ".repeat(700);
    const answers = await Promise.all(Array.from({ length: 600 }, () => tokenizer.count([text])));
    const counted = answers.filter((counts) => counts !== null);
    expect(counted.length).toBe(Math.floor(4_000_000 / 16_384));
    expect(answers.slice(0, counted.length)).not.toContain(null);
  });

  it("closes without waiting for anything", async () => {
    const tokenizer = open();
    const waiting = Promise.all([tokenizer.count(["Hello there"]), tokenizer.count(["Hello there"])]);
    await tokenizer.close();
    expect(await waiting).toEqual([null, null]);
    expect(await tokenizer.count(["Hello there"])).toBeNull();
    await tokenizer.close();
  });
});
