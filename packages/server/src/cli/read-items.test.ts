import { Readable } from "node:stream";
import { expect, it } from "vitest";
import { readItems } from "./read-items.ts";

async function read(text: string) {
  const items = [];
  for await (const item of readItems(Readable.from([Buffer.from(text)]))) {
    items.push("value" in item ? [item.place, item.value] : [item.place, "problem"]);
  }
  return items;
}

it("reads JSON lines, and goes on after a bad one", async () => {
  expect(await read('{"a":1}\n\n{"a":2}\r\nnonsense\n{"a":3}')).toEqual([
    [1, { a: 1 }],
    [3, { a: 2 }],
    [4, "problem"],
    [5, { a: 3 }],
  ]);
});

it("reads JSON lines of which the first is bad", async () => {
  expect(await read('{"a":\n{"a":2}\n')).toEqual([
    [1, "problem"],
    [2, { a: 2 }],
  ]);
});

it("reads an array, a list of events, and one object over several lines", async () => {
  expect(await read('[{"a":1},\n {"a":2}]')).toEqual([
    [1, { a: 1 }],
    [2, { a: 2 }],
  ]);
  expect(await read('[{"a":1},{"a":2}]')).toHaveLength(2);
  expect(await read('{"events":[{"a":1},{"a":2}]}')).toHaveLength(2);
  expect(await read('{\n  "events": [\n {"a":1}\n ]\n}')).toEqual([[1, { a: 1 }]]);
  expect(await read('{\n  "a": 1\n}\n')).toEqual([[1, { a: 1 }]]);
  expect(await read('\u{FEFF}{"a":1}')).toEqual([[1, { a: 1 }]]);
});

it("takes nothing from nothing, and one problem from a broken array", async () => {
  expect(await read("")).toEqual([]);
  expect(await read(" \n\n")).toEqual([]);
  expect(await read('[{"a":1},\n{"a":')).toEqual([[1, "problem"]]);
});
