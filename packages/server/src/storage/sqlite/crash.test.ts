import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import type { RecordedEvent } from "../storage.ts";
import { comparable, plainSum, randomEvents, seededRandom, temporaryFolder } from "./random-events.fixture.ts";
import { openSqliteStorage } from "./sqlite-storage.ts";

const START_MS = Date.UTC(2026, 9, 20);
const END_MS = START_MS + 3 * 86_400_000;
const BATCH = 200;

it("has every acknowledged event once after being killed at any moment", async () => {
  const folder = temporaryFolder();
  const random = seededRandom(Number(process.env.OUTLAY_TEST_SEED ?? 1));
  for (let round = 0; round < 5; round++) {
    const acknowledged = await ingestUntilKilled(folder.path, round, 200 + random() * 600);
    const storage = await openSqliteStorage({ dataDir: folder.path });
    const stored: RecordedEvent[] = [];
    for await (const page of storage.scanEvents({ startMs: 0, endMs: END_MS * 2, filters: [] })) stored.push(...page);
    const ids = new Set(stored.map(({ id }) => id));
    expect(ids.size).toBe(stored.length);
    const sent = batchesOf(round, acknowledged).flat();
    expect(sent.filter(({ id }) => !ids.has(id))).toEqual([]);
    for (const by of [[], ["model"], ["user"], ["session", "trace"]] as const) {
      const question = { startMs: 0, endMs: END_MS * 2, by: [...by], filters: [] };
      expect(comparable((await storage.sum(question)).rows)).toEqual(comparable(plainSum(stored, question)));
    }
    expect((await storage.verifyRollups({ repair: true })).examples).toEqual([]);
    // Sending everything again heals what was not acknowledged and doubles nothing.
    const again = await storage.appendEvents(batchesOf(round, acknowledged + 1).flat());
    expect(again.accepted + again.duplicates.length).toBe((acknowledged + 1) * BATCH);
    await storage.close();
  }
  folder.remove();
}, 180_000);

function batchesOf(round: number, count: number): RecordedEvent[][] {
  const random = seededRandom(1_000 + round);
  return Array.from({ length: count }, () => randomEvents(random, BATCH, START_MS, END_MS));
}

it("has every revision whole or not at all after being killed at any moment", async () => {
  const folder = temporaryFolder();
  const script = `
    ${imports()}
    const random = seededRandom(2000);
    const storage = await openSqliteStorage({ dataDir: ${JSON.stringify(folder.path)} });
    const events = randomEvents(random, ${BATCH}, ${START_MS}, ${END_MS}).map((event, n) => ({ ...event, id: "call " + n }));
    await storage.appendEvents(events);
    for (let round = 1; ; round++) {
      const fresh = randomEvents(random, ${BATCH} - 1, ${START_MS}, ${END_MS});
      const revised = fresh.map((event, n) => ({ ...event, id: "call " + n, attempt: round }));
      const last = { ...events.at(-1), id: "round " + round };
      await storage.appendEvents([last]);
      await storage.reviseEvents([
        ...revised.map((event) => ({ id: event.id, event })),
        { id: last.id, event: null },
      ]);
      console.log("acknowledged");
    }`;
  for (let run = 0; run < 3; run++) {
    const acknowledged = await runUntilKilled(script, 150 + run * 250);
    const storage = await openSqliteStorage({ dataDir: folder.path });
    const stored: RecordedEvent[] = [];
    for await (const page of storage.scanEvents({ startMs: 0, endMs: END_MS * 2, filters: [] })) stored.push(...page);
    const rounds = new Set(stored.filter(({ id }) => /^call (?!199)/.test(id)).map(({ attempt }) => attempt));
    expect(rounds.size).toBe(1);
    const [round = 0] = rounds;
    expect(round).toBeGreaterThanOrEqual(acknowledged);
    const left = stored.filter(({ id }) => id.startsWith("round ")).map(({ id }) => Number(id.slice(6)));
    expect(left.filter((n) => n !== (round ?? 0) + 1)).toEqual([]);
    for (const by of [[], ["model"], ["user"]] as const) {
      const question = { startMs: 0, endMs: END_MS * 2, by: [...by], filters: [] };
      expect(comparable((await storage.sum(question)).rows)).toEqual(comparable(plainSum(stored, question)));
    }
    expect((await storage.verifyRollups({ repair: false })).examples).toEqual([]);
    await storage.reviseEvents(left.map((n) => ({ id: `round ${n}`, event: null })));
    await storage.close();
  }
  folder.remove();
}, 180_000);

it("refuses what does not fit on the disk, and keeps what it acknowledged", async () => {
  const folder = temporaryFolder();
  const script = `
    ${imports()}
    const random = seededRandom(1000);
    const storage = await openSqliteStorage({ dataDir: ${JSON.stringify(folder.path)} });
    const question = { startMs: 0, endMs: ${END_MS * 2}, by: ["model"], filters: [] };
    let accepted = 0;
    let refused = 0;
    while (refused < 3) {
      try {
        accepted += (await storage.appendEvents(randomEvents(random, ${BATCH}, ${START_MS}, ${END_MS}))).accepted;
      } catch {
        refused++;
      }
    }
    console.log(accepted, (await storage.sum(question)).totals.calls);
    process.exit();`;
  // A limit on the size of files stands for a full disk: 4 MB here, the signal for it ignored.
  const limited = `trap '' XFSZ; ulimit -f 4096; exec "$0" "$@"`;
  const child = spawn("bash", ["-c", limited, process.execPath, ...NODE_ARGUMENTS, script]);
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  await new Promise((resolve) => child.on("close", resolve));
  const [accepted, counted] = printed.trim().split(" ");
  expect(Number(accepted)).toBeGreaterThan(BATCH);
  expect(counted).toBe(`${accepted}n`);
  const storage = await openSqliteStorage({ dataDir: folder.path });
  const more = await storage.appendEvents(batchesOf(99, 2).flat());
  expect((await storage.stats()).events).toBe(Number(accepted) + more.accepted);
  expect((await storage.verifyRollups({ repair: true })).examples).toEqual([]);
  await storage.close();
  folder.remove();
}, 180_000);

const NODE_ARGUMENTS = ["--conditions=source", "--input-type=module", "-e"];

const url = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);

function imports(): string {
  return `import { openSqliteStorage } from ${url("./sqlite-storage.ts")};
    import { randomEvents, seededRandom } from ${url("./random-events.fixture.ts")};`;
}

/** Runs another process that appends batches; gives how many it had acknowledged when it was killed. */
async function ingestUntilKilled(dataDir: string, round: number, afterMs: number): Promise<number> {
  const script = `
    ${imports()}
    const random = seededRandom(${1_000 + round});
    const storage = await openSqliteStorage({ dataDir: ${JSON.stringify(dataDir)} });
    for (;;) {
      await storage.appendEvents(randomEvents(random, ${BATCH}, ${START_MS}, ${END_MS}));
      console.log("acknowledged");
    }`;
  return runUntilKilled(script, afterMs);
}

/** Runs a program in another process; gives how often it had said "acknowledged" when it was killed. */
async function runUntilKilled(script: string, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [...NODE_ARGUMENTS, script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let acknowledged = 0;
  const ended = new Promise((resolve) => child.on("close", resolve));
  createInterface({ input: child.stdout }).on("line", () => {
    if (++acknowledged === 1) setTimeout(() => child.kill("SIGKILL"), afterMs);
  });
  await ended;
  expect(acknowledged).toBeGreaterThan(0);
  return acknowledged;
}
