import fc from "fast-check";
import { expect, test } from "vitest";
import { EventStreamParser } from "./event-stream-parser.ts";

const read = (...pieces: string[]) => {
  const parser = new EventStreamParser();
  return { messages: pieces.flatMap((piece) => parser.push(piece)), parser };
};

test("reads events, data of several lines, ids and the time to wait", () => {
  const { messages, parser } = read(
    "retry: 2000\n\nevent: usage\nid: 7\ndata: {\ndata: }\n\n: still here\n\ndata:no space\n\n",
  );
  expect(messages).toEqual([
    { event: "usage", data: "{\n}" },
    { event: "message", data: "no space" },
  ]);
  expect(parser.lastEventId).toBe("7");
  expect(parser.retryMs).toBe(2_000);
});

test("says nothing of a message that has not ended", () => {
  expect(read("event: usage\ndata: 1\n").messages).toEqual([]);
  expect(read("id: 9\ndata: 1\n").parser.lastEventId).toBe("");
});

test("ignores what is no event: comments, unknown fields, ids with a null, waits that are no number", () => {
  const { messages, parser } = read("\uFEFF:hello\nfoo: 1\nid: a\0b\nretry: soon\nevent: x\n\ndata\n\n");
  expect(messages).toEqual([{ event: "message", data: "" }]);
  expect(parser.lastEventId).toBe("");
  expect(parser.retryMs).toBeNull();
});

test.each(["\n", "\r\n", "\r"])("reads the same, wherever it is cut, with line ends %j", (end) => {
  const text = ["event: usage", "id: 1", "data: a", "data: b", "", ": x", "", "data: c", "", ""].join(end);
  // A carriage return at the very end may be half of a line end, so that the last one needs another piece.
  const whole = read(text, end === "\r" ? ":" : "").messages;
  expect(whole).toHaveLength(2);
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
      const pieces = at.slice(1).map((cut, index) => text.slice(at[index], cut));
      expect(read(...pieces, end === "\r" ? ":" : "").messages).toEqual(whole);
    }),
  );
});
