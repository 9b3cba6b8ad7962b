import type { TelemetrySpan } from "@outlay/providers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { spansFromJson } from "./decode-json.ts";
import type { Decoded } from "./otlp-records.ts";
import { spansFromJsonBytes } from "./spans-from-json-bytes.ts";

const read = (text: string) => spansFromJsonBytes(Buffer.from(text), (span) => span);

/** What parsing says of a text; null when it is refused. */
function parsed(text: string): Decoded<TelemetrySpan> | null {
  try {
    return spansFromJson(JSON.parse(text.replace(/^\ufeff/, "")));
  } catch {
    return null;
  }
}

const NAMES = [
  "gen_ai.request.model",
  "gen_ai.usage.input_tokens",
  "gen_ai.input.messages",
  "__proto__",
  "x.y",
  "user.é",
];
const TEXTS = ["", "chat", "gpt-5", 'a "b"\n\\', "é😀", "x".repeat(33), "y".repeat(17_000), "\ud83d"];
const NUMBERS = [0, 7, 1_200, -1, 1.5, 1e300, 2 ** 53, 123_456_789_012_345, 1_234_567_890_123_456];
const INSTANTS = [
  "1764000000005000000",
  "1764000002000000123",
  "4764000002000000123",
  "17640000020000x0123",
  "12",
  "",
  "-5",
];
const IDS = [
  "0af7651916cd43dd8448eb211c80319c",
  "0AF7651916CD43DD8448EB211C80319C",
  "b7ad6b7169203331",
  "",
  "00",
  "xyz",
];

const anything = fc.constantFrom<unknown>(null, 3, "text", true, [], {}, [1], { a: { b: "c" } });
const textual = fc.oneof({ arbitrary: fc.constantFrom(...TEXTS), weight: 5 }, fc.string());
const numeric = fc.oneof(
  fc.constantFrom(...NUMBERS),
  fc.constantFrom(...NUMBERS).map(String),
  fc.constantFrom("", " 7 ", "007", "x"),
);
const some = (shape: Record<string, fc.Arbitrary<unknown>>) => fc.record(shape, { requiredKeys: [] });
const often = (arbitrary: fc.Arbitrary<unknown>) => fc.oneof({ arbitrary, weight: 9 }, anything);
const list = (arbitrary: fc.Arbitrary<unknown>) => often(fc.array(arbitrary, { maxLength: 4 }));

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.record({ stringValue: textual }),
    fc.record({ intValue: numeric }),
    fc.record({ doubleValue: numeric }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ arrayValue: some({ values: list(tie("value")) }) }),
    fc.record({
      kvlistValue: some({ values: list(fc.record({ key: textual, value: tie("value") })) }),
    }),
    some({ stringValue: often(textual), intValue: often(numeric), boolValue: anything }),
    anything,
  ),
}));
const attribute = often(some({ key: often(fc.constantFrom(...NAMES)), value }));
const usualAttribute = fc.record({
  key: fc.constantFrom(...NAMES),
  value: fc.oneof(fc.record({ stringValue: textual }), fc.record({ intValue: numeric }), value),
});
const attributes = fc.oneof(fc.array(usualAttribute, { maxLength: 6 }), list(attribute));
const span = often(
  some({
    traceId: often(fc.constantFrom(...IDS)),
    spanId: often(fc.constantFrom(...IDS)),
    parentSpanId: often(fc.constantFrom(...IDS)),
    name: often(textual),
    kind: anything,
    startTimeUnixNano: fc.oneof(fc.constantFrom(...INSTANTS), often(fc.constantFrom(1_764_000_002_000_000_000, 5))),
    endTimeUnixNano: often(fc.constantFrom(...INSTANTS)),
    attributes,
    events: list(some({ name: often(textual), attributes: list(attribute) })),
    status: often(
      some({
        code: fc.constantFrom<unknown>(0, 1, 2, "STATUS_CODE_ERROR", null),
        message: often(textual),
      }),
    ),
    somethingNew: anything,
  }),
);
const body = some({
  resourceSpans: list(
    some({
      resource: often(some({ attributes })),
      scopeSpans: list(
        some({
          scope: often(some({ name: often(textual), version: often(textual) })),
          spans: list(span),
        }),
      ),
    }),
  ),
  more: anything,
});

/** A text for a value: with white space, escapes, fields in any order, and fields that are there twice. */
function written(request: unknown, random: () => number): string {
  const space = () => (random() < 0.02 ? " \n\t\r"[Math.floor(random() * 4)]! : "");
  const write = (part: unknown): string => `${space()}${writeInner(part)}${space()}`;
  const writeText = (part: string): string =>
    random() < 0.02
      ? `"${[...part].map((c) => (c.length === 1 ? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}` : c)).join("")}"`
      : JSON.stringify(part);
  const writeInner = (part: unknown): string => {
    if (typeof part === "string") return writeText(part);
    if (typeof part !== "object" || part === null) return JSON.stringify(part);
    if (Array.isArray(part)) return `[${part.map(write).join(",") || space()}]`;
    let entries = Object.entries(part);
    if (random() < 0.03) entries = entries.toReversed();
    if (random() < 0.01 && entries.length > 0) entries = [...entries, entries[0]!];
    return `{${entries.map(([name, inner]) => `${space()}${writeText(name)}${space()}:${write(inner)}`).join(",") || space()}}`;
  };
  return write(request);
}

function randomOf(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** An export request as OpenTelemetry's exporter for JavaScript writes it. */
const usual = (more: object = {}) => ({
  resourceSpans: [
    {
      resource: {
        attributes: [{ key: "service.name", value: { stringValue: "shop" } }],
        droppedAttributesCount: 0,
      },
      scopeSpans: [
        {
          scope: { name: "scope", version: "1" },
          spans: [
            {
              traceId: "0af7651916cd43dd8448eb211c80319c",
              spanId: "b7ad6b7169203331",
              name: "chat gpt-5",
              kind: 1,
              startTimeUnixNano: "1764000000005000000",
              endTimeUnixNano: "1764000002000000123",
              attributes: [
                { key: "gen_ai.request.model", value: { stringValue: "gpt-5" } },
                { key: "gen_ai.usage.input_tokens", value: { intValue: 1200 } },
                { key: "gen_ai.usage.output_tokens", value: { intValue: "90" } },
                { key: "gen_ai.usage.cost", value: { doubleValue: 0.5 } },
                {
                  key: "gen_ai.response.finish_reasons",
                  value: { arrayValue: { values: [{ stringValue: "stop" }] } },
                },
                { key: "gen_ai.input.messages", value: { stringValue: '[{"role":"user"}]' } },
                {
                  key: "gen_ai.tool.definitions",
                  value: { arrayValue: { values: [{ intValue: 1 }] } },
                },
              ],
              droppedAttributesCount: 0,
              events: [],
              status: { code: 0 },
              links: [],
              ...more,
            },
          ],
        },
      ],
    },
  ],
});

describe("spans from the bytes of a JSON request", () => {
  it("are what parsing says, for what exporters write", () => {
    const events = [{ name: "exception", attributes: [{ key: "exception.type", value: { stringValue: "E" } }] }];
    const failed = {
      parentSpanId: "b7ad6b7169203332",
      events,
      status: { code: 2, message: "not\nnow" },
    };
    for (const request of [usual(), usual(failed)]) {
      for (const text of [
        JSON.stringify(request),
        JSON.stringify(request, null, 2),
        `\ufeff${JSON.stringify(request)}\n`,
      ]) {
        const found = read(text);
        expect(found?.items).toHaveLength(1);
        expect(found).toEqual(parsed(text));
      }
    }
  });

  it("are what parsing says, for whatever has their form", () => {
    let followed = 0;
    fc.assert(
      fc.property(body, fc.nat(), (request, seed) => {
        const text = written(request, randomOf(seed));
        const found = read(text);
        if (found === null) return;
        followed += found.items.length;
        expect(found).toEqual(parsed(text));
      }),
      { numRuns: 1_500 },
    );
    expect(followed).toBeGreaterThan(100);
  });

  it("are left to parsing where the text is broken", () => {
    const text = JSON.stringify(usual());
    const character = fc.constantFrom(...'{}[]",:\\0123456789.eE+-tn ');
    fc.assert(
      fc.property(
        fc.nat({ max: text.length }),
        fc.nat({ max: 3 }),
        fc.oneof(character, fc.constant("")),
        (at, cut, put) => {
          const broken = text.slice(0, at) + put + text.slice(at + cut);
          const found = read(broken);
          if (found !== null) expect(found).toEqual(parsed(broken));
        },
      ),
      { numRuns: 3_000 },
    );
    for (let length = 0; length < text.length; length += 1) expect(read(text.slice(0, length))).toBeNull();
    expect(spansFromJsonBytes(Buffer.from(text).fill(0xff, 300, 301), String)).toBeNull();
  });

  it("are left to parsing where fields of the frame come twice, or after what they are about", () => {
    const { resource, scopeSpans } = usual().resourceSpans[0]!;
    for (const group of [
      { scopeSpans, resource },
      { resource, scopeSpans: [{ spans: [], scope: {} }] },
    ]) {
      expect(read(JSON.stringify({ resourceSpans: [group] }))).toBeNull();
    }
    expect(read('{"resourceSpans":[],"resourceSpans":[]}')).toBeNull();
    expect(read('{"resource\\u0053pans":[]}')).toBeNull();
    expect(read('{"resourceSpans":{}}')).toBeNull();
    expect(read("[]")).toBeNull();
  });

  it("are left to parsing when there are too many", () => {
    const spans = Array.from({ length: 50_001 }, () => ({}));
    expect(read(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: spans.slice(1) }] }] }))?.items).toHaveLength(
      50_000,
    );
    expect(read(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }))).toBeNull();
  });
});
