import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventStreamReader } from "./event-stream.ts";
import { AwsEventStreamReader } from "./aws-event-stream.ts";
import { JsonSkimmer } from "./skim-json.ts";

/** Objects that a skimmer hands on, and how many pieces it could not read. */
function skim(...texts: string[]): { objects: unknown[]; unreadable: number } {
  const objects: unknown[] = [];
  let unreadable = 0;
  const skimmer = new JsonSkimmer(
    (value) => objects.push(value),
    () => (unreadable += 1),
  );
  for (const text of texts) skimmer.push(text);
  skimmer.end();
  return { objects, unreadable };
}

describe("JsonSkimmer", () => {
  it("reads any object as JSON.parse does when nothing in it is long", () => {
    const words = fc.string({ unit: "grapheme", maxLength: 20 });
    const value = fc.dictionary(
      words,
      fc.oneof(
        words,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        fc.array(words),
        fc.dictionary(words, words),
      ),
    );
    fc.assert(
      fc.property(value, fc.nat(3), fc.nat(400), (object, indent, place) => {
        const json = JSON.stringify(object, null, indent);
        expect(skim(json.slice(0, place), json.slice(place))).toEqual({ objects: [JSON.parse(json)], unreadable: 0 });
      }),
    );
  });

  it("hands on objects in a row and in a list", () => {
    expect(skim('{"a":1}\n{"a":2}\n').objects).toEqual([{ a: 1 }, { a: 2 }]);
    expect(skim('[{"a":[{"b":1}]}\n,\r\n{"a":2}', "]").objects).toEqual([{ a: [{ b: 1 }] }, { a: 2 }]);
  });

  it("leaves out long strings and the numbers of a list, and keeps what stands around them", () => {
    const embedding = Array.from({ length: 3_000 }, (_, i) => i / 7);
    const json = JSON.stringify({ data: [{ embedding, picture: '\\"'.repeat(600) }, 5, "x"], usage: { total: 8 } });
    expect(skim(json).objects).toEqual([{ data: [{ embedding: [0], picture: "" }, 5, "x"], usage: { total: 8 } }]);
  });

  it("keeps little of 100 megabytes", () => {
    const objects: unknown[] = [];
    const skimmer = new JsonSkimmer(
      (value) => objects.push(value),
      () => {},
    );
    skimmer.push('{"picture":"');
    const part = "A".repeat(1_000_000);
    const before = retainedBytes();
    for (let i = 0; i < 100; i += 1) skimmer.push(part);
    expect(retainedBytes() - before).toBeLessThan(20_000_000);
    skimmer.push('","usage":{"total":1}}');
    expect(objects).toEqual([{ picture: "", usage: { total: 1 } }]);
  });

  it("gives up on what is too large, too deep, damaged or cut, and says so once", () => {
    const many = `{${Array.from({ length: 100_000 }, (_, i) => `"key${i}":"value"`).join(",")}}`;
    expect(skim(many)).toEqual({ objects: [], unreadable: 1 });
    expect(skim(`${many}{"a":1}`)).toEqual({ objects: [{ a: 1 }], unreadable: 1 });
    expect(skim(`{"a":${"[".repeat(1_000_000)}`)).toEqual({ objects: [], unreadable: 1 });
    expect(skim('{"a":]}{"b":1}')).toEqual({ objects: [], unreadable: 1 });
    expect(skim('{"a":1')).toEqual({ objects: [], unreadable: 1 });
  });
});

/** What is still referred to: garbage that waits to be collected would make the figure a matter of chance. */
function retainedBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

/** What came out of a stream of events, in order. */
function readEvents(...parts: (string | Uint8Array)[]): unknown[] {
  const seen: unknown[] = [];
  const reader = new EventStreamReader({
    onPiece: (piece, event) => seen.push(event === null ? piece : [event, piece]),
    onDone: () => seen.push("done"),
    onUnreadable: () => seen.push("unreadable"),
  });
  for (const part of parts) reader.push(typeof part === "string" ? new TextEncoder().encode(part) : part);
  reader.end();
  return seen;
}

describe("EventStreamReader", () => {
  it("takes all line ends, comments, names and a missing end", () => {
    expect(readEvents('\uFEFFdata: {"a":1}\r\n\r\ndata:{"a":2}\n\ndata: {"a":3}\r\revent: x\ndata: {"a":4}')).toEqual([
      { a: 1 },
      { a: 2 },
      { a: 3 },
      ["x", { a: 4 }],
    ]);
    expect(readEvents(': hello\n\nid: 7\nretry: 5\ndata: {"a":\ndata: 1}\n\ndata: [DONE]\n\n')).toEqual([
      { a: 1 },
      "done",
    ]);
  });

  it("keeps a line end that is cut in two apart from an empty line", () => {
    expect(readEvents("event: x\r", '\ndata: {"a":1}\r', "\n\r", "\n")).toEqual([["x", { a: 1 }]]);
  });

  it("says what it cannot read and goes on", () => {
    expect(readEvents('data: {"a"\n\ndata: {"a":1}\n\n')).toEqual(["unreadable", { a: 1 }]);
  });

  it("skims an event of many megabytes, and drops a line that is no data", () => {
    const huge = `event: image\ndata: {"b64":"${"A".repeat(3_000_000)}","usage":{"total":1}}\n\n`;
    const bytes = new TextEncoder().encode(`${huge}: ${"x".repeat(200_000)}\n\n${huge}data: {"a":1}\n\n`);
    const expected = [
      ["image", { b64: "", usage: { total: 1 } }],
      ["image", { b64: "", usage: { total: 1 } }],
      { a: 1 },
    ];
    expect(readEvents(bytes)).toEqual(expected);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: bytes.length }), (place) => {
        expect(readEvents(bytes.subarray(0, place), bytes.subarray(place))).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it("keeps little of an event that never ends", () => {
    const reader = new EventStreamReader({ onPiece: () => {}, onDone: () => {}, onUnreadable: () => {} });
    const part = new TextEncoder().encode(`data: {"a${"a".repeat(1_000)}":1}\n`.repeat(1_000));
    reader.push(part);
    const before = retainedBytes();
    for (let i = 0; i < 50; i += 1) reader.push(part);
    expect(retainedBytes() - before).toBeLessThan(30_000_000);
  });
});

it("AwsEventStreamReader gives up on what is no event stream", () => {
  let unreadable = 0;
  const reader = new AwsEventStreamReader({
    onPiece: () => expect.unreachable(),
    onDone: () => {},
    onUnreadable: () => (unreadable += 1),
  });
  reader.push(new TextEncoder().encode("<html>This is no event stream, but a page about one.</html>"));
  reader.end();
  expect(unreadable).toBe(1);
});
