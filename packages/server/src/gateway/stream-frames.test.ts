import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { awsMessage, readAwsMessage } from "./aws-message.ts";
import { closingPieces, type StreamPiece } from "./closing-pieces.ts";
import { openFrames } from "./stream-frames.ts";

const texts = ["a", 'ü "{}[],\\"\n\r', "日本\u2028", ""];
const events = (ending: string) =>
  Buffer.from(texts.map((text) => `event: e${ending}data: ${JSON.stringify({ text })}${ending}${ending}`).join(""));
const STREAMS: [name: string, contentType: string, stream: Buffer][] = [
  ["events", "text/event-stream; charset=utf-8", events("\n")],
  ["events with CRLF", "text/event-stream", events("\r\n")],
  ["events with CR", "text/event-stream", events("\r")],
  ["lines", "application/x-ndjson", Buffer.from(texts.map((text) => `${JSON.stringify({ text })}\n`).join(""))],
  ["a list", "application/json", Buffer.from(`[${texts.map((text) => JSON.stringify({ text })).join("\n,\r\n")}\n]`)],
  ["AWS", "application/vnd.amazon.eventstream", Buffer.concat(texts.map((text) => awsMessage("e", { text })))],
];

describe.each(STREAMS)("%s", (_, contentType, stream) => {
  it("is followed wherever it is cut, and can be ended behind each whole piece", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 8 }), (places) => {
        const frames = openFrames(contentType)!;
        let from = 0;
        for (const place of [...places.toSorted((a, b) => a - b), stream.length]) {
          const bytes = stream.subarray(from, place);
          from = place;
          const rest = frames.restOfPiece(bytes);
          const ended = openFrames(contentType)!;
          ended.take(stream.subarray(0, place - bytes.length + Math.max(0, rest)));
          if (rest >= 0) expect(ended.isWhole()).toBe(true);
          frames.take(bytes);
        }
        expect(frames.pieces().map(({ data }) => data)).toEqual(texts.map((text) => ({ text })));
      }),
    );
  });

  it("says what is put behind it as its own pieces", () => {
    const frames = openFrames(contentType)!;
    const further: StreamPiece[] = [{ event: "e", data: { text: "more" } }];
    const whole = contentType.endsWith("json") && !contentType.includes("nd") ? stream.subarray(0, -2) : stream;
    frames.take(whole);
    frames.take(frames.encode(further, { done: false }));
    expect(frames.pieces().at(-1)!.data).toEqual({ text: "more" });
  });
});

it("keeps the first and the last pieces of a long stream, and follows one that is longer than any", () => {
  const frames = openFrames("text/event-stream")!;
  for (let i = 0; i < 1_000; i += 1) frames.take(Buffer.from(`data: {"i":${i}}\n\n`));
  const seen = frames.pieces().map(({ data }) => (data as { i: number }).i);
  expect(seen.slice(0, 4)).toEqual([0, 1, 2, 3]);
  expect(seen.at(-1)).toBe(999);
  expect(seen.length).toBeLessThan(20);
  frames.take(Buffer.from(`data: "${"x".repeat(5_000_000)}`));
  expect(frames.isWhole()).toBe(false);
  frames.take(Buffer.from('"\n\n'));
  expect(frames.isWhole()).toBe(true);
});

it("nothing can be put behind what is not known", () => {
  expect(openFrames("audio/mpeg")).toBeNull();
  expect(readAwsMessage(Buffer.from("no message"))).toBeNull();
});

const tokens = { inputTokens: 10, outputTokens: 20 };
const close = (...pieces: (object | [string, object])[]) =>
  closingPieces(
    pieces.map((piece) => (Array.isArray(piece) ? { event: piece[0], data: piece[1] } : { event: null, data: piece })),
    tokens,
    false,
  )?.pieces.map(({ data }) => data as Record<string, unknown>) ?? null;

describe("a stream that is ending by itself is left alone", () => {
  it.each([
    ["a chat", [{ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }]],
    ["a response", [{ type: "response.completed", response: { id: "r" } }]],
    ["a message", [{ type: "message_delta", delta: { stop_reason: "end_turn" } }]],
    ["Gemini", [{ candidates: [{ index: 0, finishReason: "STOP" }] }]],
    ["an interaction", [{ event_type: "interaction.complete", interaction: { id: "i" } }]],
    ["Cohere", [{ type: "message-end", delta: {} }]],
    ["Ollama", [{ model: "m", done: true }]],
    ["a conversation", [{ type: "conversation.response.done" }]],
    ["Converse", [["messageStop", { stopReason: "end_turn" }] as [string, object]]],
    [
      "Llama",
      [
        ["chunk", { bytes: Buffer.from('{"generation":"","stop_reason":"stop"}').toString("base64") }] as [
          string,
          object,
        ],
      ],
    ],
    ["an unknown language", [{ hello: "world" }]],
    ["nothing", []],
  ])("%s", (_, pieces) => {
    expect(close(...pieces)).toBeNull();
  });
});

it("ends every open answer of a chat, and no other", () => {
  const [end] = close(chunk(0, null), chunk(1, null), chunk(0, "stop"), chunk(2, null))!;
  expect(end).toMatchObject({ id: "c", object: "chat.completion.chunk" });
  expect((end!["choices"] as { index: number }[]).map(({ index }) => index)).toEqual([1, 2]);
});

it("closes the block of a message that is open", () => {
  const start = { type: "message_start", message: {} };
  const delta = { type: "content_block_delta", index: 2, delta: { text: "x" } };
  expect(close(start, delta, { type: "ping" })!.map(({ type }) => type)).toEqual([
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
  expect(close(start, { type: "content_block_stop", index: 2 })!.map(({ type }) => type)).toEqual([
    "message_delta",
    "message_stop",
  ]);
});

it("ends what the other providers say", () => {
  expect(close({ type: "content-start", index: 0 }, { type: "content-delta", index: 0 })).toMatchObject([
    { type: "content-end", index: 0 },
    { type: "message-end", delta: { finish_reason: "MAX_TOKENS" } },
  ]);
  expect(
    close({ type: "conversation.response.started" }, { type: "message.output.delta", content: "x" }),
  ).toMatchObject([{ type: "conversation.response.done", usage: { completion_tokens: 20 } }]);
  expect(
    close({ event_type: "interaction.start", interaction: { id: "i" } }, { event_type: "content.delta" }),
  ).toMatchObject([{ event_type: "interaction.complete", interaction: { id: "i", status: "incomplete" } }]);
  expect(close({ model: "m", response: "x", done: false })).toMatchObject([
    { response: "", done: true, done_reason: "length" },
  ]);
  expect(close({ object: "text_completion", choices: [{ index: 0, text: "x", finish_reason: null }] })).toMatchObject([
    { choices: [{ index: 0, text: "", finish_reason: "length" }] },
  ]);
});

function chunk(index: number, reason: string | null): object {
  return {
    id: "c",
    object: "chat.completion.chunk",
    choices: [{ index, delta: { content: "x" }, finish_reason: reason }],
  };
}
