import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { logFile } from "../find-logs.ts";
import type { Position } from "../importer.ts";
import { codex } from "./codex.ts";

const folder = join(import.meta.dirname, "golden");

test("wherever a file is cut between two imports, its calls are the same", async () => {
  const copy = mkdtempSync(join(tmpdir(), "outlay-codex-"));
  try {
    cpSync(folder, copy, { recursive: true });
    const logs = (await codex.listFiles(folder))
      .filter(({ path }) => /[abcdf]\.jsonl$/.test(path))
      .map((file) => ({ path: file.path.replace(folder, copy), bytes: readFileSync(file.path) }));
    const load = async (path: string, from: Position) => {
      const events = new Map<string, unknown>();
      let position = from;
      for await (const part of codex.load({ ...(await logFile(path, copy)), modifiedMs: 1 }, from)) {
        for (const { reading } of part.lines) {
          if ("events" in reading) for (const event of reading.events) events.set(event.id!, event);
        }
        position = structuredClone(part.position);
      }
      return { events, position };
    };
    const start: Position = { offsetBytes: 0, line: 1 };
    await fc.assert(
      fc.asyncProperty(fc.nat(logs.length - 1), fc.double({ min: 0, max: 1, noNaN: true }), async (which, part) => {
        const { path, bytes } = logs[which]!;
        writeFileSync(path, bytes);
        const whole = await load(path, start);
        writeFileSync(path, bytes.subarray(0, Math.floor(part * bytes.length)));
        const first = await load(path, start);
        writeFileSync(path, bytes);
        const second = await load(path, first.position);
        expect(new Map([...first.events, ...second.events])).toEqual(whole.events);
        expect(second.position).toEqual(whole.position);
      }),
      { numRuns: 60 },
    );
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});
