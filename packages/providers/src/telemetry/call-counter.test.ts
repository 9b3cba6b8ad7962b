import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { CallCounter } from "./call-counter.ts";
import { aSpan, usedSpan } from "../../../../test/some-spans.ts";
import type { TelemetrySpan } from "./telemetry-span.ts";

/** Spans that count after each batch came. */
function counted(...batches: TelemetrySpan[][]): string[] {
  const counter = new CallCounter({ maxSpans: 100 });
  const kept = new Map<string, string>();
  for (const batch of batches) {
    const { record, retract } = counter.take(batch);
    for (const id of retract) kept.delete(id);
    for (const { event } of record) kept.set(event.id!, event.span!);
  }
  return [...kept.values()].toSorted();
}

const agent = usedSpan("agent", null, "invoke_agent", [30, 7]);
const step = aSpan({ spanId: "step", parentSpanId: "agent", name: "step 1" });
const first = usedSpan("first", "step", "chat", [10, 3]);
const second = usedSpan("second", "agent", "chat", [20, 4]);

describe("an agent and its calls", () => {
  it("are counted once, in any order and any batches", () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([agent, step, first, second], { minLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
        (spans, sizes) => {
          const batches: TelemetrySpan[][] = [];
          const rest = [...spans];
          for (const size of sizes) batches.push(rest.splice(0, size));
          expect(counted(...batches, rest)).toEqual(["first", "second"]);
        },
      ),
    );
  });

  it("count as the agent when no call came", () => {
    expect(counted([agent, step])).toEqual(["agent"]);
  });

  it("count as the inner agent when that is the last that says numbers", () => {
    const inner = usedSpan("inner", "agent", "invoke_agent", [30, 7]);
    expect(counted([agent, inner])).toEqual(["inner"]);
  });

  it("of which a call says no numbers count as both", () => {
    const silent = usedSpan("silent", "agent", "chat", null);
    expect(counted([silent], [agent])).toEqual(["agent", "silent"]);
  });
});

describe("a call inside a call", () => {
  const inner = usedSpan("inner", "outer", "chat", [10, 3]);

  it("is the same when it says the same", () => {
    expect(counted([inner, usedSpan("outer", null, "chat", [10, 3])])).toEqual(["inner"]);
    expect(
      counted([usedSpan("outer", null, "embeddings", [9, 0])], [usedSpan("in", "outer", "embeddings", [9, 0])]),
    ).toEqual(["in"]);
  });

  it("is the same when the outer adds up several", () => {
    const other = usedSpan("other", "outer", "chat", [5, 5]);
    expect(counted([inner, other, usedSpan("outer", null, "chat", [15, 8])])).toEqual(["inner", "other"]);
  });

  it("is the same when the outer says nothing", () => {
    expect(counted([inner, usedSpan("outer", null, "chat", null)])).toEqual(["inner"]);
  });

  it("is another when it says something else", () => {
    expect(counted([inner, usedSpan("outer", null, "chat", [99, 3])])).toEqual(["inner", "outer"]);
  });
});

it("the AI SDK's outer span gives way to inner ones, also when they come later", () => {
  const outer = aSpan({
    spanId: "outer",
    attributes: { "ai.operationId": "ai.generateText", "ai.model.id": "gpt-5", "ai.usage.inputTokens": 15 },
  });
  const inner = aSpan({
    spanId: "inner",
    parentSpanId: "outer",
    attributes: { "ai.operationId": "ai.generateText.doGenerate", "ai.model.id": "gpt-5", "ai.usage.inputTokens": 15 },
  });
  expect(counted([outer], [inner])).toEqual(["inner"]);
  expect(counted([inner], [outer])).toEqual(["inner"]);
});

it("takes back what it had counted", () => {
  const counter = new CallCounter({ maxSpans: 10 });
  const before = counter.take([agent]).record.map(({ event }) => event.id);
  expect(counter.take([second]).retract).toEqual(before);
});

it("records what is sent again under the same id", () => {
  const counter = new CallCounter({ maxSpans: 10 });
  const ids = () => counter.take([second]).record.map(({ event }) => event.id);
  expect(ids()).toEqual(ids());
});

it("ends on spans that are their own ancestors, and forgets the oldest", () => {
  const counter = new CallCounter({ maxSpans: 10 });
  const loop = [usedSpan("a", "b", "chat", [1, 1]), usedSpan("b", "a", "chat", [2, 1])];
  expect(counter.take(loop).record.length).toBeGreaterThan(0);
  for (let i = 0; i < 1_000; i += 1) counter.take([usedSpan(`s${i}`, null, "chat", [1, 1])]);
  // The agent's calls are long forgotten: nothing is taken back.
  counter.take([agent]);
  for (let i = 0; i < 20; i += 1) counter.take([usedSpan(`t${i}`, null, "chat", [1, 1])]);
  expect(counter.take([first]).retract).toEqual([]);
});
