import { describe, expect, it } from "vitest";

import { BoundTracker } from "./bound-tracker.ts";
import { callAI } from "./call-ai.ts";
import type { CallContext } from "./context.ts";
import type { TrackedCall, Tracker } from "./tracker.ts";

/** Keeps what it is told. */
class Notebook implements Tracker {
  readonly calls: (TrackedCall & { context?: CallContext | undefined })[] = [];
  context: CallContext | undefined;

  track(event: TrackedCall, context?: CallContext): string {
    this.calls.push(context ? { ...event, context } : event);
    return event.id ?? "";
  }

  currentContext(): CallContext | undefined {
    return this.context;
  }

  get only(): TrackedCall & { context?: CallContext | undefined } {
    expect(this.calls).toHaveLength(1);
    return this.calls[0]!;
  }
}

const facts = { provider: "openai", model: "gpt-5" };
const failure = Object.assign(new Error("slow down"), { status: 429 });

async function* pieces(count = 3, error?: Error) {
  for (let index = 0; index < count; index++) yield index;
  if (error) throw error;
}

async function read(stream: AsyncIterable<unknown>, most = Infinity): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const piece of stream) {
    seen.push(piece);
    if (seen.length >= most) break;
  }
  return seen;
}

describe("what comes back", () => {
  it("is what the function gives, at once or later", async () => {
    const notes = new Notebook();
    const value = { answer: 42 };
    expect(callAI(notes, facts, () => value)).toBe(value);
    expect(await callAI(notes, facts, async () => value)).toBe(value);
    expect(notes.calls.map(({ success }) => success)).toEqual([true, true]);
  });

  it("is the error itself", async () => {
    const notes = new Notebook();
    const fails = () => {
      throw failure;
    };
    expect(() => callAI(notes, facts, fails)).toThrow(failure);
    await expect(callAI(notes, facts, async () => fails())).rejects.toBe(failure);
    for (const call of notes.calls) {
      expect(call).toMatchObject({ ...facts, success: false, errorType: "rate_limit", errorMessage: "slow down" });
    }
  });

  it("is the same promise when it can do more than promises do", async () => {
    class AnswerPromise<T> extends Promise<T> {
      withResponse() {
        return "response";
      }
    }
    const notes = new Notebook();
    const promise = new AnswerPromise<string>((resolve) => resolve("yes"));
    const result = callAI(notes, facts, () => promise);
    expect(result).toBe(promise);
    expect(result.withResponse()).toBe("response");
    expect(await result).toBe("yes");
    expect(notes.only).toMatchObject({ success: true });
  });
});

describe("what is noted", () => {
  it("has duration, time of the beginning, what was added last, and one id", async () => {
    const notes = new Notebook();
    const before = Date.now();
    await callAI(notes, { ...facts, usage: { inputTokens: 5 } }, async (call) => {
      call.add({ usage: { outputTokens: 7 }, model: "gpt-5-2026" });
      call.add({ usage: { outputTokens: 9 }, metadata: { id: call.id } });
    });
    expect(notes.only).toMatchObject({
      provider: "openai",
      model: "gpt-5-2026",
      usage: { inputTokens: 5, outputTokens: 9 },
      success: true,
      durationMs: expect.any(Number),
      metadata: { id: notes.only.id },
    });
    expect(notes.only.durationMs).toBeGreaterThanOrEqual(0);
    expect(notes.only.occurredAt).toBeGreaterThanOrEqual(before);
    expect(facts).toEqual({ provider: "openai", model: "gpt-5" });
  });

  it("is a failure when the application says so, and always when there was an error", async () => {
    const notes = new Notebook();
    callAI(notes, facts, (call) => call.add({ success: false, errorType: "nonsense" }));
    const failed = callAI(notes, facts, async (call) => {
      call.add({ success: true });
      await Promise.reject(failure);
    });
    await failed.catch(() => undefined);
    expect(notes.calls.map(({ success, errorType }) => ({ success, errorType }))).toEqual([
      { success: false, errorType: "nonsense" },
      { success: false, errorType: "rate_limit" },
    ]);
  });

  it("has the context in force when it began", async () => {
    const notes = new Notebook();
    notes.context = { user: "ann" };
    const running = new BoundTracker(notes, { session: "s-1" }).callAI(facts, async () => Promise.resolve());
    notes.context = { user: "bob" };
    await running;
    expect(notes.only.context).toEqual({ user: "ann", session: "s-1" });
  });
});

describe("a stream", () => {
  /** As the providers' packages have them: an object that can be read, and more. */
  class Answer {
    controller = new AbortController();
    #count = 3;

    async *[Symbol.asyncIterator]() {
      yield* pieces(this.#count);
    }
  }

  it("is the same object, noted when it has been read", async () => {
    const notes = new Notebook();
    const generator = pieces();
    const answer = new Answer();
    const streams = [callAI(notes, facts, () => generator), await callAI(notes, facts, async () => answer)];
    expect(streams[0]).toBe(generator);
    expect(streams[1]).toBe(answer);
    expect(Object.keys(answer)).toEqual(["controller"]);
    expect(notes.calls).toEqual([]);
    for (const stream of streams) expect(await read(stream)).toEqual([0, 1, 2]);
    expect(notes.calls).toHaveLength(2);
    for (const call of notes.calls) {
      expect(call).toMatchObject({ success: true, streaming: true, timeToFirstTokenMs: expect.any(Number) });
      expect(call.durationMs).toBeGreaterThanOrEqual(call.timeToFirstTokenMs!);
    }
  });

  it("is noted as aborted when its reader leaves, once", async () => {
    const notes = new Notebook();
    expect(
      await read(
        callAI(notes, facts, () => pieces()),
        2,
      ),
    ).toEqual([0, 1]);
    expect(notes.only).toMatchObject({ success: false, errorType: "aborted", streaming: true });
  });

  it("hands its error on", async () => {
    const notes = new Notebook();
    await expect(read(callAI(notes, facts, () => pieces(2, failure)))).rejects.toBe(failure);
    expect(notes.only).toMatchObject({ success: false, errorType: "rate_limit", streaming: true });
  });

  it("has what was added while it ran", async () => {
    const notes = new Notebook();
    const stream = callAI(notes, facts, async function* (call) {
      yield "a";
      call.add({ usage: { outputTokens: 2 } });
    });
    await read(stream);
    expect(notes.only).toMatchObject({ usage: { outputTokens: 2 }, success: true });
  });

  it("may be a web stream, read or cancelled", async () => {
    const notes = new Notebook();
    const through = await callAI(notes, facts, async () => ReadableStream.from(["a", "b"]));
    expect(through).toBeInstanceOf(ReadableStream);
    expect(await new Response(through.pipeThrough(new TextEncoderStream())).text()).toBe("ab");
    await callAI(notes, facts, () => ReadableStream.from(["a"])).cancel("enough");
    const broken = callAI(notes, facts, () => ReadableStream.from(pieces(1, failure)));
    await expect(read(broken as unknown as AsyncIterable<unknown>)).rejects.toBe(failure);
    expect(notes.calls.map(({ success, errorType }) => [success, errorType])).toEqual([
      [true, undefined],
      [false, "aborted"],
      [false, "rate_limit"],
    ]);
  });

  it("that cannot be watched has succeeded when it is handed out", async () => {
    const notes = new Notebook();
    const frozen = Object.freeze(new Answer());
    expect(await read(callAI(notes, facts, () => frozen))).toEqual([0, 1, 2]);
    expect(notes.only).toMatchObject({ success: true });
  });
});
