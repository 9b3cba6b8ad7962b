import { openai } from "../../../providers/src/openai/routes.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageChunkFilter } from "./usage-chunk-filter.ts";

const { isUsageOnly } = openai.routes.find(({ path }) => path.test("/v1/chat/completions"))!;

const usage = `data: {"id":"c","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}`;
const chunk = (text: string) => `data: {"id":"c","choices":[{"delta":{"content":"${text}"}}],"usage":null}`;
const azure = `data: {"id":"","choices":[],"prompt_filter_results":[{"usage":"yes"}],"usage":null}`;
const heartbeat = ": OPENROUTER PROCESSING";

function filtered(stream: Buffer, cuts: number[]): string {
  const filter = new UsageChunkFilter(isUsageOnly);
  const parts: Buffer[] = [];
  let from = 0;
  for (const cut of [...cuts.toSorted((a, b) => a - b), stream.length]) {
    if (cut < from) continue;
    parts.push(Buffer.from(filter.push(stream.subarray(from, cut))));
    from = cut;
  }
  parts.push(filter.end());
  return Buffer.concat(parts).toString();
}

describe.each([
  ["LF", "\n"],
  ["CRLF", "\r\n"],
  ["CR", "\r"],
])("line ends %s", (_name, lineEnd) => {
  const events = (...lines: string[]) => lines.map((line) => line + lineEnd + lineEnd).join("");
  const before = [azure, heartbeat, chunk("你好 👋"), chunk("two")];
  const stream = Buffer.from(events(...before, usage, "data: [DONE]"));
  const expected = events(...before, "data: [DONE]");

  it("takes the usage out, wherever the stream is cut once", () => {
    for (let cut = 0; cut <= stream.length; cut += 1) expect(filtered(stream, [cut])).toBe(expected);
  });

  it("takes it out when every byte comes alone", () => {
    expect(filtered(stream, Array.from(stream.keys()))).toBe(expected);
  });

  it("takes it out, cut anywhere and often", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
        expect(filtered(stream, cuts)).toBe(expected);
      }),
    );
  });

  it("takes it out as the last event, without the empty line behind it", () => {
    const cut = Buffer.from(events(...before) + usage);
    expect(filtered(cut, [30])).toBe(events(...before));
  });
});

it("changes nothing of a stream without it, whatever that is", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(300)), (bytes, cuts) => {
      const stream = Buffer.from(bytes);
      const inside = cuts.map((cut) => Math.min(cut, stream.length));
      expect(Buffer.from(filtered(stream, inside)).equals(Buffer.from(stream.toString()))).toBe(true);
    }),
  );
});

it("hands on an event as soon as it is whole", () => {
  const filter = new UsageChunkFilter(isUsageOnly);
  expect(filter.push(Buffer.from(`${chunk("a")}\n`)).toString()).toBe("");
  expect(filter.push(Buffer.from("\ndata: {")).toString()).toBe(`${chunk("a")}\n\n`);
});

it("does not hold a huge event back", () => {
  const filter = new UsageChunkFilter(isUsageOnly);
  const huge = Buffer.alloc(1_000_000, "x");
  expect(filter.push(Buffer.from("data: ")).length + filter.push(huge).length).toBe(huge.length + 6);
  expect(filter.push(Buffer.from(`\n\n${usage}\n\n${chunk("b")}\n\n`)).toString()).toBe(`\n\n${chunk("b")}\n\n`);
});
