import { findRoute, PROVIDERS } from "@outlay/providers";
import fc from "fast-check";
import { expect, it } from "vitest";

import { UsageChunkFilter } from "./usage-chunk-filter.ts";

const route = findRoute(PROVIDERS.get("openai")!, "POST", "/v1/chat/completions")!;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What goes on of a text that comes in pieces of these sizes. */
function filtered(text: string, sizes: number[]): string {
  const filter = new UsageChunkFilter((data) => route.isUsageOnly(data));
  const bytes = encoder.encode(text);
  const out: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    out.push(filter.push(bytes.subarray(at, at + size)));
    at += size;
  }
  out.push(filter.push(bytes.subarray(at)), filter.end());
  return decoder.decode(Buffer.concat(out));
}

const piece = (content: string, more = "") =>
  `data: {"id":"c","choices":[{"index":0,"delta":{"content":${JSON.stringify(content)}}}]${more}}`;
const usage = 'data: {"id":"c","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":7}}';

it("takes out what was asked for, however it is cut and whatever ends its lines", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "grapheme", maxLength: 12 }), { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }),
      fc.constantFrom("\n", "\r\n", "\r"),
      (contents, sizes, line) => {
        const end = line + line;
        const asked = [...contents.map((content) => piece(content, ',"usage":null')), usage, "data: [DONE]"];
        const unasked = [...contents.map((content) => piece(content)), "data: [DONE]"];
        expect(filtered(asked.join(end) + end, sizes)).toBe(unasked.join(end) + end);
      },
    ),
  );
});

it("takes the second half of a line end along when it comes later", () => {
  const sizes = [`${usage}\r\n\r`.length];
  expect(filtered(`${usage}\r\n\r\ndata: [DONE]\r\n\r\n`, sizes)).toBe("data: [DONE]\r\n\r\n");
});

it("leaves what looks like it in the words of the model", () => {
  const said = piece('{"choices":[],"usage":null,"usage":{"x":1}}');
  expect(filtered(`${said}\n\n`, [7])).toBe(`${said}\n\n`);
});

it("hands on what never ends, and reads on behind it", () => {
  const long = `data: ${"x".repeat(200_000)}`;
  const text = `${long}\n\n${usage}\n\n${piece("Hi")}\n\n`;
  expect(
    filtered(
      text,
      Array.from({ length: 30 }, () => 10_000),
    ),
  ).toBe(`${long}\n\n${piece("Hi")}\n\n`);
});

it("takes it out also when the stream ends without an empty line", () => {
  expect(filtered(`${piece("Hi")}\n\n${usage}`, [])).toBe(`${piece("Hi")}\n\n`);
});
