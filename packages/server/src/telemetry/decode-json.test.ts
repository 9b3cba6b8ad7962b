import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { logsFromJson, metricsFromJson, spansFromJson } from "./decode-json.ts";
import { spansFromProtobuf } from "./decode-protobuf.ts";
import { GOLDEN_TRACE } from "./golden-vectors.fixture.ts";

/** The golden trace as a JSON exporter writes it. */
const trace = (tokens: unknown) => ({
  resourceSpans: [
    {
      resource: { attributes: [{ key: "service.name", value: { stringValue: "svc" } }], droppedAttributesCount: 0 },
      scopeSpans: [
        {
          scope: { name: "scope", version: "1" },
          spans: [
            {
              traceId: "0AF7651916CD43DD8448EB211C80319C",
              spanId: "b7ad6b7169203331",
              parentSpanId: "",
              name: "chat gpt-5",
              kind: 3,
              startTimeUnixNano: "1764000000005000000",
              endTimeUnixNano: 1764000002000000000,
              attributes: [
                { key: "gen_ai.operation.name", value: { stringValue: "chat" } },
                { key: "gen_ai.usage.input_tokens", value: tokens },
                { key: "gen_ai.input.messages", value: { stringValue: "secret" } },
              ],
              events: [{ name: "e", attributes: [] }],
              status: { code: 0 },
              somethingNew: { deep: [1] },
            },
          ],
        },
      ],
    },
  ],
});

describe("traces", () => {
  it("mean the same as protobuf, with numbers as texts or as numbers", () => {
    const expected = spansFromProtobuf(GOLDEN_TRACE);
    for (const tokens of [{ intValue: "1200" }, { intValue: 1200 }, { doubleValue: 1200 }]) {
      expect(spansFromJson(trace(tokens))).toEqual(expected);
    }
    expect(spansFromJson(trace({ stringValue: "1200" })).items[0]!.attributes["gen_ai.usage.input_tokens"]).toBe(
      "1200",
    );
  });

  it("that are no spans are counted as rejected, the others are read", () => {
    const body = trace({ intValue: 1 });
    (body.resourceSpans[0]!.scopeSpans[0]!.spans as unknown[]).push(null, "text", 7);
    const { items, rejected } = spansFromJson(body);
    expect(items).toHaveLength(1);
    expect(rejected).toBe(3);
  });

  it("are refused when the frame is none", () => {
    for (const body of [
      null,
      [],
      "x",
      { resourceSpans: 1 },
      { resourceSpans: [1] },
      { resourceSpans: [{ scopeSpans: {} }] },
    ]) {
      expect(() => spansFromJson(body), JSON.stringify(body)).toThrow(
        expect.objectContaining({ code: "invalid_otlp" }),
      );
    }
    expect(spansFromJson({})).toEqual({ items: [], rejected: 0 });
  });

  it("of any JSON are read or refused", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, other) => {
        for (const body of [value, { resourceSpans: [{ scopeSpans: [{ spans: [value, other] }] }] }]) {
          try {
            spansFromJson(body);
            logsFromJson(body);
            metricsFromJson(body);
          } catch (error) {
            expect((error as { code: string }).code).toBe("invalid_otlp");
          }
        }
      }),
    );
  });

  it("do not follow values that nest without end", () => {
    let value: object = { stringValue: "deep" };
    for (let i = 0; i < 5_000; i += 1) value = { arrayValue: { values: [value] } };
    const body = trace({ intValue: 1 });
    body.resourceSpans[0]!.scopeSpans[0]!.spans[0]!.attributes.push({ key: "outlay.x", value: value as never });
    expect(JSON.stringify(spansFromJson(body).items[0]!.attributes["outlay.x"]).length).toBeLessThan(30);
  });
});

it("reads log records, with the observed time when there is no other", () => {
  const record = {
    observedTimeUnixNano: "1764000000000000000",
    body: { stringValue: "claude_code.api_request" },
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    attributes: [{ key: "cost_usd", value: { doubleValue: 0.0123 } }],
  };
  expect(logsFromJson({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] }).items).toEqual([
    {
      name: "claude_code.api_request",
      timeMs: 1764000000000,
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      attributes: { cost_usd: 0.0123 },
      resource: {},
      scope: { name: "", version: null },
    },
  ]);
});

it("reads sums and histograms of both temporalities", () => {
  const point = { startTimeUnixNano: "1764000000000000000", timeUnixNano: "1764000060000000000", attributes: [] };
  const metrics = [
    { name: "a", sum: { aggregationTemporality: 1, dataPoints: [{ ...point, asInt: "42" }] } },
    { name: "b", sum: { aggregationTemporality: 2, dataPoints: [{ ...point, asDouble: 1.5 }] } },
    { name: "c", histogram: { aggregationTemporality: 2, dataPoints: [{ ...point, count: "2", sum: 300 }] } },
    { name: "d", gauge: { dataPoints: [{ ...point, asInt: "1" }] } },
  ];
  const { items } = metricsFromJson({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });
  expect(items.map(({ name, temporality, value, count }) => [name, temporality, value, count])).toEqual([
    ["a", "delta", 42, null],
    ["b", "cumulative", 1.5, null],
    ["c", "cumulative", 300, 2],
  ]);
});
