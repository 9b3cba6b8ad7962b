import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WireEvent } from "@outlay/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import { claudeCode } from "./claude-code/claude-code.ts";
import { countDestination } from "./count-destination.ts";
import { importLogs, type Destination, type ImportOutcome } from "./import-logs.ts";
import type { Importer } from "./importer.ts";
import { destinationOf } from "./ledger-destination.fixture.ts";

let ledger: OpenLedger;
let folder: string;
let log: string;

beforeEach(async () => {
  ledger = await openLedger("2026-11-22T12:00:00Z");
  folder = mkdtempSync(join(tmpdir(), "outlay-import-"));
  mkdirSync(join(folder, "projects", "-home-dev-app"), { recursive: true });
  log = join(folder, "projects", "-home-dev-app", "one.jsonl");
});
afterEach(async () => {
  await ledger.close();
  rmSync(folder, { recursive: true, force: true });
});

const line = (id: string, outputTokens = 10, more: object = {}) =>
  `${JSON.stringify({
    type: "assistant",
    sessionId: "one",
    cwd: "/home/dev/app",
    timestamp: "2026-11-20T10:00:00.000Z",
    requestId: `req-${id}`,
    message: { id, model: "claude-sonnet-4-5", usage: { input_tokens: 100, output_tokens: outputTokens } },
    ...more,
  })}\n`;

async function run(
  destination: Destination = destinationOf(ledger, "laptop"),
  machine = "laptop",
): Promise<ImportOutcome> {
  return importLogs({ importer: claudeCode, files: await claudeCode.listFiles(folder), destination, machine });
}

async function outputOf(id: string): Promise<number | undefined> {
  return (await ledger.storage.getEvents([`claude-code:${id}`]))[0]?.usage.outputTokens;
}

test("a file that grows is read from where it was left", async () => {
  writeFileSync(log, line("a") + line("b", 8));
  expect(await run()).toMatchObject({ recorded: 2, readBytes: Buffer.byteLength(line("a") + line("b", 8)) });
  appendFileSync(log, line("b", 301) + line("c"));
  expect(await run()).toMatchObject({
    recorded: 1,
    grown: 1,
    readBytes: Buffer.byteLength(line("b", 301) + line("c")),
  });
  expect(await outputOf("b")).toBe(301);
  expect(await run()).toMatchObject({ recorded: 0, grown: 0, known: 0, unchangedFiles: 1, readBytes: 0 });
});

test("half a line at the end is no mistake, and counts when it is whole", async () => {
  const whole = line("b");
  writeFileSync(log, line("a") + whole.slice(0, 120));
  expect(await run()).toMatchObject({ recorded: 1, unfinished: 1, broken: [] });
  appendFileSync(log, whole.slice(120, -1));
  expect(await run()).toMatchObject({ recorded: 1, unfinished: 0, broken: [] });
  appendFileSync(log, `\n${line("c")}`);
  expect(await run()).toMatchObject({ recorded: 1, known: 1, broken: [] });
});

test("a broken line is named with its number, also when the lines before were read another time", async () => {
  writeFileSync(log, line("a") + line("b"));
  await run();
  appendFileSync(log, `{"type":"assistant","usage":\n${line("c")}\u0000\u0000\u0000\n`);
  const { recorded, broken } = await run();
  expect(recorded).toBe(1);
  expect(broken).toEqual([
    { file: log, line: 3, reason: "not JSON: cut off or damaged" },
    { file: log, line: 5, reason: "not JSON: cut off or damaged" },
  ]);
});

test("a file that was truncated, rotated or written anew is read from its start", async () => {
  writeFileSync(log, line("a") + line("b") + line("c"));
  await run();
  truncateSync(log, Buffer.byteLength(line("a")));
  expect(await run()).toMatchObject({ recorded: 0, known: 1 });
  renameSync(log, `${log.slice(0, -6)}-old.jsonl`);
  writeFileSync(log, line("d") + line("e"));
  expect(await run()).toMatchObject({ files: 2, recorded: 2, known: 1 });
  // longer than before, with another beginning
  writeFileSync(log, line("f") + line("g") + line("h") + line("i"));
  expect(await run()).toMatchObject({ recorded: 4 });
});

test("what two machines share counts once, what only one has counts too", async () => {
  writeFileSync(log, line("a") + line("b", 8));
  await run();
  writeFileSync(log, line("b", 301) + line("c"));
  expect(await run(destinationOf(ledger, "desktop"), "desktop")).toMatchObject({ recorded: 1, grown: 1, known: 0 });
  expect((await ledger.storage.stats()).events).toBe(3);
});

test("an import that ends before its calls are durable reads them again", async () => {
  writeFileSync(log, line("a"));
  const real = destinationOf(ledger, "laptop");
  const failing: Destination = { ...real, record: () => Promise.reject(new Error("the disk is full")) };
  await expect(run(failing)).rejects.toThrow("the disk is full");
  expect(await run()).toMatchObject({ recorded: 1 });
});

test("what the store refuses is named with its line", async () => {
  writeFileSync(log, line("a") + line("b", 10, { timestamp: "1999-01-01T00:00:00Z" }));
  const { recorded, broken } = await run();
  expect(recorded).toBe(1);
  expect(broken).toMatchObject([{ file: log, line: 2 }]);
});

test("a bug in a loader and a folder in place of a file are named, and the others are read", async () => {
  writeFileSync(log, line("a"));
  const [file] = await claudeCode.listFiles(folder);
  const files = [{ ...file!, path: folder, modifiedMs: 0 }, { ...file!, path: "/bug", modifiedMs: 1 }, file!];
  const importer: Pick<Importer, "load"> = {
    load(one, from) {
      if (one.path === "/bug") throw new Error("no such field");
      return claudeCode.load(one, from);
    },
  };
  const outcome = await importLogs({
    importer,
    files,
    destination: destinationOf(ledger, "laptop"),
    machine: "laptop",
  });
  expect(outcome).toMatchObject({ recorded: 1, broken: [{ file: folder, line: null }, { reason: "no such field" }] });
});

test("calls before a day are left out, and read when they are not left out any more", async () => {
  const early = line("a", 10, { timestamp: "2026-10-31T23:59:59.999Z" });
  writeFileSync(log, early + line("b"));
  const files = await claudeCode.listFiles(folder);
  const destination = destinationOf(ledger, "laptop");
  const sinceMs = Date.parse("2026-11-01T00:00:00Z");
  const options = { importer: claudeCode, files, destination, machine: "laptop" };
  expect(await importLogs({ ...options, sinceMs })).toMatchObject({ recorded: 1 });
  expect(await importLogs({ ...options, sinceMs })).toMatchObject({ recorded: 0, known: 1 });
  expect(await run()).toMatchObject({ recorded: 1, known: 1 });
  expect(await run()).toMatchObject({ unchangedFiles: 1 });
});

test("an import that is asked to end keeps what it has read, and the next goes on there", async () => {
  writeFileSync(log, Array.from({ length: 3_000 }, (_, number) => line(`m-${number}`)).join(""));
  const files = await claudeCode.listFiles(folder);
  const stopping = new AbortController();
  const real = destinationOf(ledger, "laptop");
  const destination: Destination = {
    ...real,
    record(events) {
      stopping.abort();
      return real.record(events);
    },
  };
  const options = { importer: claudeCode, files, destination, machine: "laptop", signal: stopping.signal };
  const { recorded } = await importLogs(options);
  expect(recorded).toBeGreaterThanOrEqual(1_000);
  expect(recorded).toBeLessThan(3_000);
  // the first line of the rest may have been read only in part
  const next = await run();
  expect(recorded + next.recorded).toBe(3_000);
  expect(next.known).toBeLessThan(1_000);
});

test("a file that vanishes meanwhile is named, and the others are read", async () => {
  writeFileSync(log, line("a"));
  const files = await claudeCode.listFiles(folder);
  const gone = { ...files[0]!, path: `${log}-gone.jsonl`, modifiedMs: 0 };
  const destination = destinationOf(ledger, "laptop");
  const outcome = await importLogs({ importer: claudeCode, files: [gone, ...files], destination, machine: "laptop" });
  expect(outcome).toMatchObject({ recorded: 1, broken: [{ file: gone.path, line: null }] });
});

test("memory does not grow with the file, nor with a line", async () => {
  const giant = `{"type":"file-history-snapshot","content":"${"x".repeat(40 * 1024 * 1024)}"}\n`;
  const pasted = `{"type":"user","content":"${"y".repeat(24 * 1024)}"}\n`;
  writeFileSync(log, giant);
  for (let block = 0; block < 8; block++) {
    const lines: string[] = [];
    for (let index = 0; index < 400; index++) {
      const id = `m-${block}-${index}`;
      lines.push(pasted, line(id), line(id, 20));
    }
    appendFileSync(log, lines.join(""));
  }
  let heaviestBytes = 0;
  let largestBatch = 0;
  const counting = countDestination();
  const destination: Destination = {
    ...counting,
    record(events: WireEvent[]) {
      largestBatch = Math.max(largestBatch, events.length);
      return counting.record(events);
    },
  };
  const watched: Pick<Importer, "load"> = {
    async *load(file, from) {
      for await (const part of claudeCode.load(file, from)) {
        heaviestBytes = Math.max(heaviestBytes, process.memoryUsage().arrayBuffers);
        yield part;
      }
    },
  };
  const files = await claudeCode.listFiles(folder);
  const outcome = await importLogs({ importer: watched, files, destination, machine: "laptop" });
  expect(outcome).toMatchObject({
    recorded: 3_200,
    known: 3_200,
    broken: [{ line: 1, reason: "longer than 32 MB" }],
  });
  expect(outcome.readBytes).toBeGreaterThan(110 * 1024 * 1024);
  expect(largestBatch).toBeLessThanOrEqual(2_000);
  expect(heaviestBytes).toBeLessThan(64 * 1024 * 1024);
});
