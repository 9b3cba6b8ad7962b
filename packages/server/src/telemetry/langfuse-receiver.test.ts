import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import type { StoredEvent } from "../storage/storage.ts";
import { LangfuseReceiver } from "./langfuse-receiver.ts";

let ledger: OpenLedger;

beforeAll(async () => {
  ledger = await openLedger("2026-11-22T12:00:00Z");
});
afterAll(() => ledger.close());

let sent = 0;
let traces = 0;

const item = (type: string, body: object) => ({
  id: `i-${++sent}`,
  type,
  timestamp: "2026-11-22T11:00:00.000Z",
  body: { startTime: type.endsWith("-create") ? "2026-11-22T11:00:00.000Z" : undefined, ...body },
});

async function stored(trace: string, ...observations: string[]): Promise<StoredEvent[]> {
  const events = await ledger.storage.getEvents(observations.map((id) => `langfuse:${trace}-${id}`));
  return events.toSorted((a, b) => a.id.localeCompare(b.id));
}

/** The items of one trace, by what has to stay in order: an agent, two calls, one below a step, and what is said of all. */
function lanes(trace: string): object[][] {
  const of = (id: string, rest: object) => ({ id: `${trace}-${id}`, traceId: trace, ...rest });
  return [
    [
      item("agent-create", of("agent", { name: "agent" })),
      item("agent-update", of("agent", { model: "m", usageDetails: { input: 30, output: 8 } })),
    ],
    [item("span-create", of("step", { parentObservationId: `${trace}-agent` }))],
    [
      item("generation-create", of("a", { model: "m", parentObservationId: `${trace}-step`, name: "first" })),
      item("generation-update", of("a", { completionStartTime: "2026-11-22T11:00:00.100Z" })),
      item("generation-update", of("a", { usage: { input: 10, output: 1 } })),
      item("generation-update", of("a", { usage: { input: 10, output: 3 }, endTime: "2026-11-22T11:00:02.000Z" })),
    ],
    [
      item("generation-create", of("b", { model: "m", parentObservationId: `${trace}-step` })),
      item("generation-update", of("b", { usage: { input: 20, output: 5 }, level: "DEFAULT" })),
    ],
    [item("trace-create", { id: trace, userId: "u", tags: ["x"] }), item("trace-create", { id: trace, userId: "v" })],
    [item("score-create", { traceId: trace, observationId: `${trace}-b`, name: "s", value: 0.5 })],
  ];
}

/** What is left of each lane, taken in a given order. */
function merged(all: object[][], order: number[]): object[] {
  const rest = all.map((lane) => [...lane]);
  const result: object[] = [];
  for (const n of order) {
    const open = rest.filter((lane) => lane.length > 0);
    if (open.length > 0) result.push(open[n % open.length]!.shift()!);
  }
  return [...result, ...rest.flat()];
}

const SIZES = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 12 });
const ORDER = fc.array(fc.nat({ max: 5 }), { maxLength: 14 });
const BETWEEN = fc.array(fc.constantFrom("wait", "again", "restart", "together"), { minLength: 12, maxLength: 12 });

/** Sends the items in batches; between them waits, sends the last again, starts anew, or does not wait. */
async function send(items: object[], sizes: number[], between: string[], restarts: boolean): Promise<void> {
  const rest = [...items];
  let receiver = new LangfuseReceiver(ledger);
  const running: Promise<unknown>[] = [];
  for (const [index, size] of [...sizes, rest.length].entries()) {
    const batch = rest.splice(0, size);
    running.push(receiver.ingest(batch, { credential: "key-1" }));
    const then = between[index % between.length];
    if (then === "together") continue;
    await Promise.all(running);
    if (then === "again") await receiver.ingest(batch, { credential: "key-1" });
    if (then === "restart" && restarts) receiver = new LangfuseReceiver(ledger);
  }
  await Promise.all(running);
}

async function expectWhole(trace: string): Promise<void> {
  const events = await stored(trace, "agent", "step", "a", "b");
  expect(events).toMatchObject([
    {
      id: `langfuse:${trace}-a`,
      usage: { inputTokens: 10, outputTokens: 3 },
      durationMs: 2_000,
      timeToFirstTokenMs: 100,
      user: "v",
      tags: { x: "true" },
      activity: "first",
      credential: "key-1",
    },
    { id: `langfuse:${trace}-b`, usage: { inputTokens: 20, outputTokens: 5 }, user: "v", score: 0.5 },
  ]);
  expect(events).toHaveLength(2);
}

describe("a trace", () => {
  it("ends the same in whatever pieces and order it comes, with repeats and at once", async () => {
    await fc.assert(
      fc.asyncProperty(ORDER, SIZES, BETWEEN, async (order, sizes, between) => {
        const trace = `t-${++traces}`;
        await send(merged(lanes(trace), order), sizes, between, false);
        await expectWhole(trace);
      }),
      { numRuns: 40, endOnFailure: true },
    );
    expect((await ledger.storage.verifyRollups({ repair: false })).examples).toEqual([]);
  });

  it("ends the same across restarts, once its calls have begun", async () => {
    await fc.assert(
      fc.asyncProperty(ORDER, SIZES, BETWEEN, async (order, sizes, between) => {
        const trace = `t-${++traces}`;
        const [agent, step, a, b, said, scores] = lanes(trace) as [object[], ...object[][]] as object[][];
        const begun = [agent!.shift()!, ...step!, a!.shift()!, b!.shift()!, ...said!.splice(0)];
        await send(begun, [], ["wait"], false);
        await send(merged([agent!, a!, b!, scores!], order), sizes, between, true);
        await expectWhole(trace);
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });
});

describe("a call without usage", () => {
  it("says how much text there was once it has ended, not what it was", async () => {
    const receiver = new LangfuseReceiver(ledger);
    const trace = `t-${++traces}`;
    const body = {
      id: `${trace}-a`,
      traceId: trace,
      model: "m",
      input: [
        { role: "system", content: "secret" },
        {
          role: "user",
          content: [
            { type: "text", text: "words" },
            { type: "image_url", image_url: { url: "x" } },
          ],
        },
      ],
    };
    await receiver.ingest([item("generation-create", body)], {});
    expect((await stored(trace, "a"))[0]?.metadata).toEqual({ usageState: "absent" });
    const end = { id: body.id, traceId: trace, output: { content: "answer" }, endTime: "2026-11-22T11:00:02.000Z" };
    // Another receiver knows of it what is stored.
    await new LangfuseReceiver(ledger).ingest([item("generation-update", { ...end, input: body.input })], {});
    const [event] = await stored(trace, "a");
    expect(event?.metadata).toEqual({ usageState: "absent", promptCharacters: 11, producedCharacters: 6 });
    await receiver.ingest([item("generation-update", { ...end, usage: { input: 3, output: 2 } })], {});
    expect((await stored(trace, "a"))[0]).toMatchObject({ usage: { inputTokens: 3, outputTokens: 2 } });
    expect((await stored(trace, "a"))[0]?.metadata).toBeUndefined();
  });
});

describe("the provider", () => {
  it.each([
    ["gpt-4o", {}, "openai"],
    ["claude-sonnet-4-5", {}, "anthropic"],
    ["anthropic/claude-sonnet-4", {}, "anthropic"],
    ["bedrock/anthropic.claude-3", {}, "aws"],
    ["my-model", { metadata: { ls_provider: "mistralai" } }, "mistral"],
    ["my-model", {}, "unknown"],
  ])("of %s %j is %s", async (model, rest, provider) => {
    const trace = `t-${++traces}`;
    const body = { id: `${trace}-a`, traceId: trace, model, usage: { input: 1 }, ...rest };
    await new LangfuseReceiver(ledger).ingest([item("observation-create", { ...body, type: "GENERATION" })], {});
    expect((await stored(trace, "a"))[0]).toMatchObject({ provider, model });
  });
});

it("rejects when the store fails, and takes the same again", async () => {
  const trace = `t-${++traces}`;
  const batch = [item("generation-create", { id: `${trace}-a`, traceId: trace, model: "m", usage: { input: 1 } })];
  const { storage } = ledger;
  const receiver = new LangfuseReceiver({
    ...ledger,
    storage: new Proxy(storage, {
      get(target, name) {
        if (name === "appendEvents" && isBroken) return () => Promise.reject(new Error("disk full"));
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    }),
  });
  let isBroken = true;
  await expect(receiver.ingest(batch, {})).rejects.toThrow("disk full");
  isBroken = false;
  expect((await receiver.ingest(batch, {})).errors).toEqual([]);
  expect(await stored(trace, "a")).toHaveLength(1);
});
