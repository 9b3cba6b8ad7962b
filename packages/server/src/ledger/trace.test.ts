import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TraceAnswer } from "./answers.ts";
import { call, openLedger, type OpenLedger } from "./open-ledger.fixture.ts";
import { recordUsage } from "./record-usage.ts";
import { trace } from "./trace.ts";

const hex = "0af7651916cd43dd8448eb211c80319c";
let ledger: OpenLedger;

beforeAll(async () => {
  ledger = await openLedger("2026-11-22T12:00:00Z");
});
afterAll(() => ledger.close());

const at = (second: number) => `2026-11-22T10:00:0${second}Z`;
const spans = ({ spans: all }: TraceAnswer) => all.map(({ id, parent, depth }) => `${depth} ${id} < ${parent ?? "-"}`);

describe("the tree of a trace", () => {
  test("puts calls below their parents, in the order of time, and adds up what is below each", async () => {
    await recordUsage(ledger, [
      call(at(3), { id: "c", trace: hex, span: "b000000000000003", metadata: { parentSpan: "b000000000000001" } }),
      call(at(1), { id: "a", trace: hex, span: "b000000000000001", durationMs: 9_000, activity: "plan" }),
      call(at(2), {
        id: "b",
        trace: hex,
        span: "b000000000000002",
        metadata: { parentSpan: "b00000000000ffff", ancestors: ["b00000000000fffe", "b000000000000001"] },
      }),
      call(at(4), { id: "d", trace: hex, span: "b000000000000004", metadata: { parentSpan: "b000000000000003" } }),
      call(at(5), { id: "e", trace: hex, model: "unheard-of", success: false, durationMs: 500 }),
      call(at(2), { id: "another", trace: "another trace" }),
    ]);
    const answer = await trace(ledger, hex, {});
    expect(spans(answer)).toEqual(["0 a < -", "1 b < a", "1 c < a", "2 d < c", "0 e < -"]);
    expect(answer).toMatchObject({
      trace: hex,
      startedAt: "2026-11-22T10:00:01.000Z",
      durationMs: 9_000,
      cost: 0.004,
      calls: 5,
      errors: 1,
      tokens: 500,
      unpricedCalls: 1,
      truncated: false,
    });
    expect(answer.spans.map(({ subtreeCostUsd }) => subtreeCostUsd)).toEqual([0.004, 0.001, 0.002, 0.001, null]);
    expect(answer.spans[0]).toMatchObject({ name: "plan", linked: false, startMs: 0, costUsd: 0.001 });
    expect(answer.spans[1]).toMatchObject({ name: "chat small", linked: true, parentSpan: "b00000000000ffff" });
    expect(answer.steps).toEqual([
      { span: "b00000000000ffff", startMs: 1_000, durationMs: 0, calls: 1, costUsd: 0.001 },
    ]);
    expect(answer.spans[4]).toMatchObject({ startMs: 4_000, costUsd: null, success: false });
  });

  test("survives parents that go round in circles, and chains deeper than the stack", async () => {
    const chain = Array.from({ length: 4_000 }, (_, index) =>
      call("2026-11-22T09:00:00Z", {
        id: `deep-${index}`,
        trace: "deep",
        span: `s-${index}`,
        metadata: { parentSpan: `s-${index - 1}` },
      }),
    );
    const circle = ["x", "y", "z"].map((name, index) =>
      call("2026-11-22T09:00:00Z", {
        id: name,
        trace: "circle",
        span: name,
        metadata: { parentSpan: ["y", "z", "x"][index] },
      }),
    );
    await recordUsage(ledger, [...chain, ...circle]);
    const deep = await trace(ledger, "deep", {});
    expect(deep.spans.map(({ depth }) => depth)).toEqual(Array.from({ length: 4_000 }, (_, index) => index));
    expect(deep.spans[0]!.subtreeCostUsd).toBe(4);
    expect((await trace(ledger, "circle", {})).spans).toHaveLength(3);
  });

  test("of more calls than one answer has, the newest are there, and it says so", async () => {
    const many = Array.from({ length: 5_001 }, (_, index) =>
      call(new Date(Date.UTC(2026, 10, 22, 8) + index).toISOString(), { id: `many-${index}`, trace: "many" }),
    );
    await recordUsage(ledger, many.slice(0, 2_500));
    await recordUsage(ledger, many.slice(2_500));
    const answer = await trace(ledger, "many", {});
    expect(answer).toMatchObject({ truncated: true, calls: 5_000 });
    expect(answer.spans[0]!.id).toBe("many-1");
  });

  test("is looked for in the last month, and elsewhere when an instant says where", async () => {
    await recordUsage(ledger, [call("2026-03-01T10:00:00Z", { id: "old", trace: 'it\'s "old"' })]);
    await expect(trace(ledger, 'it\'s "old"', {})).rejects.toMatchObject({ code: "trace_not_found", status: 404 });
    const found = await trace(ledger, 'it\'s "old"', { at: ["2026-03-01T20:00:00Z"] });
    expect(spans(found)).toEqual(["0 old < -"]);
  });

  test.each([
    [{ at: ["yesterday"] }, "invalid_parameter"],
    [{ when: ["now"] }, "unknown_parameter"],
  ])("refuses %o", async (params, code) => {
    await expect(trace(ledger, hex, params)).rejects.toMatchObject({ code });
  });
});
