import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { logsFromProtobuf, metricsFromProtobuf, spansFromProtobuf } from "./decode-protobuf.ts";
import { GOLDEN_LOGS, GOLDEN_METRICS, GOLDEN_TRACE } from "./golden-vectors.fixture.ts";
import { MAX_ITEMS } from "./otlp-bounds.ts";

/** A field whose value is a message, a text or bytes. */
function field(number: number, ...parts: (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  return Buffer.concat([varint((number << 3) | 2), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

const request = (...spans: Buffer[]) => field(1, field(2, ...spans));
const attribute = (name: string, ...value: Buffer[]) => field(9, field(1, name), field(2, ...value));
const span = (...parts: Buffer[]) =>
  field(2, field(1, Buffer.alloc(16, 0xab)), field(2, Buffer.alloc(8, 0xcd)), field(5, "chat"), ...parts);

function refusal(bytes: Buffer): string {
  try {
    spansFromProtobuf(bytes);
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "taken";
}

describe("golden vectors of the official serialiser", () => {
  it("traces", () => {
    expect(spansFromProtobuf(GOLDEN_TRACE)).toEqual({
      rejected: 0,
      items: [
        {
          traceId: "0af7651916cd43dd8448eb211c80319c",
          spanId: "b7ad6b7169203331",
          parentSpanId: null,
          name: "chat gpt-5",
          startMs: 1764000000005,
          endMs: 1764000002000,
          // x.f, b and arr are read by nobody
          attributes: { "gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 1200 },
          events: [{ name: "e", attributes: {} }],
          status: { isError: false, message: null },
          resource: { "service.name": "svc" },
          scope: { name: "scope", version: "1" },
        },
      ],
    });
  });

  it("logs", () => {
    expect(logsFromProtobuf(GOLDEN_LOGS)).toEqual({
      rejected: 0,
      items: [
        {
          name: "api_request",
          timeMs: 1764000000000,
          traceId: "",
          spanId: "",
          attributes: {
            "event.name": "api_request",
            model: "claude-sonnet-4-5",
            cost_usd: 0.0123,
            input_tokens: 10,
            output_tokens: 20,
            "session.id": "s1",
          },
          resource: { "service.name": "claude-code" },
          scope: { name: "com.anthropic.claude_code.events", version: "2.1.0" },
        },
      ],
    });
  });

  it("metrics", () => {
    const shared = {
      startMs: 1764000000000,
      timeMs: 1764000060000,
      resource: { "service.name": "claude-code" },
      scope: { name: "com.anthropic.claude_code", version: "2.1.0" },
    };
    expect(metricsFromProtobuf(GOLDEN_METRICS).items).toEqual([
      {
        ...shared,
        name: "claude_code.token.usage",
        temporality: "delta",
        value: 42,
        count: null,
        attributes: { type: "input", model: "claude-sonnet-4-5" },
      },
      {
        ...shared,
        name: "gen_ai.client.token.usage",
        temporality: "cumulative",
        value: 300,
        count: 2,
        attributes: { "gen_ai.token.type": "input" },
      },
    ]);
  });
});

const valueOf = (...value: Buffer[]) =>
  spansFromProtobuf(request(span(attribute("outlay.x", ...value)))).items[0]!.attributes["outlay.x"];

describe("values", () => {
  it("negative and large integers, truths, texts, lists and maps", () => {
    expect(valueOf(Buffer.from("18ffffffffffffffffff01", "hex"))).toBe(-1);
    expect(valueOf(Buffer.from("18ffffffffffffffff7f", "hex"))).toBe(2 ** 63);
    expect(valueOf(Buffer.from("18", "hex"), varint(2 ** 53 - 1))).toBe(2 ** 53 - 1);
    expect(valueOf(Buffer.from("1001", "hex"))).toBe(true);
    expect(valueOf(field(1, "größe 😀"))).toBe("größe 😀");
    expect(valueOf(field(5, field(1, field(1, "a")), field(1, field(1, "b"))))).toEqual(["a", "b"]);
    expect(valueOf(field(6, field(1, field(1, "k"), field(2, field(1, "v")))))).toEqual({ k: "v" });
  });

  it("leave out prompts, and what is too large or nested too deeply", () => {
    const prompts = span(attribute("gen_ai.input.messages", field(1, "secret")), attribute("http.url", field(1, "u")));
    expect(spansFromProtobuf(request(prompts)).items[0]!.attributes).toEqual({});
    expect(valueOf(field(1, "x".repeat(20_000)))).toBeUndefined();
    let deep = field(1, "deep");
    for (let i = 0; i < 500; i += 1) deep = field(5, field(1, deep));
    expect(JSON.stringify(valueOf(deep)).replaceAll("[", "").length).toBeLessThan(20);
  });

  it("never become the prototype of an object", () => {
    const { items } = spansFromProtobuf(
      request(span(attribute("__proto__", field(6, field(1, field(1, "polluted"), field(2, field(1, "yes"))))))),
    );
    expect((items[0]!.attributes as { polluted?: string }).polluted).toBeUndefined();
  });
});

describe("hostile bodies", () => {
  it("cut anywhere, are refused or read up to there, and nothing else happens", () => {
    for (let length = 0; length < GOLDEN_TRACE.length; length += 1) {
      const result = refusal(GOLDEN_TRACE.subarray(0, length));
      expect(result, `${length} bytes`).toBe(length === 0 ? "taken" : "invalid_protobuf");
    }
  });

  it("of random bytes are refused or read", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(["taken", "invalid_protobuf"]).toContain(refusal(Buffer.from(bytes)));
      }),
    );
  });

  it("with one byte changed are refused or read", () => {
    fc.assert(
      fc.property(fc.nat(GOLDEN_TRACE.length - 1), fc.nat(255), (at, value) => {
        const bytes = Buffer.from(GOLDEN_TRACE);
        bytes[at] = value;
        expect(["taken", "invalid_protobuf"]).toContain(refusal(bytes));
      }),
    );
  });

  it("with lengths beyond the message, endless numbers, groups and field 0 are refused", () => {
    for (const hex of [
      "0affffffff0f",
      "0affffffffffffffffff01",
      "0a8080808080",
      "0b0c",
      "0200",
      "08ffffffffffffffffffff",
    ]) {
      expect(refusal(Buffer.from(hex, "hex")), hex).toBe("invalid_protobuf");
    }
  });

  it("of millions of empty spans are refused before they fill the memory", () => {
    expect(refusal(field(1, field(2, Buffer.alloc(2 * (MAX_ITEMS + 1), Buffer.from([0x12, 0]))))).slice(0, 15)).toBe(
      "batch_too_large",
    );
  });
});

it("reads a resource and a scope that come behind their spans", () => {
  const resource = field(1, field(1, field(1, "service.name"), field(2, field(1, "late"))));
  const scope = field(1, field(1, "late scope"));
  const body = field(1, field(2, span(), scope), resource);
  expect(spansFromProtobuf(body).items[0]).toMatchObject({
    resource: { "service.name": "late" },
    scope: { name: "late scope" },
  });
});
