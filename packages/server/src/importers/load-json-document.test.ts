import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { logFile } from "./find-logs.ts";
import { loadJsonDocument } from "./load-json-document.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "outlay-document-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (document: unknown) => ({ readings: [{ leftOut: JSON.stringify(document) }] });

async function load(content: string | Buffer, maxBytes?: number) {
  const path = join(folder, "one.json");
  writeFileSync(path, content);
  const from = { offsetBytes: 0, line: 1, state: 7 };
  for await (const part of loadJsonDocument(await logFile(path, folder), from, read, maxBytes)) return part;
  return null;
}

test("what the document says comes with the place behind it, and what was known stays known", async () => {
  expect(await load('\uFEFF{"a":1}')).toEqual({
    lines: [{ line: null, reading: { leftOut: '{"a":1}' } }],
    position: { offsetBytes: 10, line: 1, state: 7 },
  });
});

test("what cannot be read is named", async () => {
  const problems: [string | Buffer, string][] = [
    ["", "not JSON: cut off or damaged"],
    ['{"a":[1,', "not JSON: cut off or damaged"],
    [Buffer.from('{"a":"\xe9"}', "latin1"), "not UTF-8"],
    [Buffer.from('\uFEFF{"a":1}', "utf16le"), "the file is UTF-16; expected UTF-8"],
  ];
  for (const [content, problem] of problems) {
    expect(await load(content)).toMatchObject({ lines: [{ line: null, reading: { problem } }] });
  }
  expect(await load("x".repeat(2_000_000), 1024 * 1024)).toMatchObject({
    lines: [{ reading: { problem: "longer than 1 MB" } }],
    position: { offsetBytes: 2_000_000 },
  });
});
