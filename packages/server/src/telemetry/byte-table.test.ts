import fc from "fast-check";
import { expect, it } from "vitest";

import { ByteTable } from "./byte-table.ts";

it("gives what the bytes stand for, however few places it has", () => {
  const table = new ByteTable(2, 8, (bytes, start, end) => bytes.toString("latin1", start, end));
  const text = fc.string({ unit: fc.constantFrom("a", "b", "\u00ff"), maxLength: 10 });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 60 }), (texts) => {
      const bytes = Buffer.from(texts.join(""), "latin1");
      const read = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
      let start = 0;
      for (const expected of texts) {
        expect(table.at(read, start, start + expected.length)).toBe(expected);
        start += expected.length;
      }
    }),
  );
});

it("makes nothing twice while it stays", () => {
  const table = new ByteTable(16, 8, (bytes, start, end) => ({ text: bytes.toString("latin1", start, end) }));
  const bytes = Buffer.from("gpt-5 gpt-5 gpt-5-mini");
  const read = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
  expect(table.at(read, 0, 5)).toBe(table.at(read, 6, 11));
  expect(table.at(read, 12, 22)).toEqual({ text: "gpt-5-mini" });
  expect(table.at(read, 12, 22)).not.toBe(table.at(read, 12, 22));
});
