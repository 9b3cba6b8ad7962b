/**
 * How fast are questions over ninety days answered, and does that depend on the number of events? Asked over HTTP of two
 * servers in turn, one with a tenth of the other's events, and compared with a scan of the raw events.
 *
 *   npx node --conditions=source benchmarks/questions.ts [--small 1000000] [--large 10000000]
 */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";

import { DIMENSION_CODES } from "../packages/server/src/storage/sqlite/cubes.ts";
import { startServer } from "../test/start-server.ts";
import { dataset, untilMs } from "./dataset.ts";
import { HttpClient } from "./http-client.ts";
import { durationMs } from "./measure.ts";
import { median, printResult, thousands } from "./timing.ts";

const { values } = parseArgs({
  options: {
    small: { type: "string", default: "1000000" },
    large: { type: "string", default: "10000000" },
  },
});
const sizes = { small: Number(values.small), large: Number(values.large) };
const ROUNDS = 15;
const dayMs = 86_400_000;

const range = (days: number) =>
  `from=${new Date(untilMs - days * dayMs).toISOString()}&to=${new Date(untilMs).toISOString()}`;
const ninetyDays = range(90);

/** One filter each; all of the first three are answered from sums. `limitMs` is what the server may take at the large size. */
const QUESTIONS: { name: string; path: string; limitMs: number; comparedWithScan?: true; independentOfSize?: true }[] =
  [
    ...["model:gpt-4o", "agent:agent-7", "user:user-17", "team:platform"].flatMap((filter) =>
      [
        { name: "summary", path: `/api/v1/summary?${ninetyDays}` },
        {
          name: "time series by model",
          path: `/api/v1/timeseries?metrics=cost,calls&by=model&unit=day&limit=8&${ninetyDays}`,
        },
        { name: "breakdown by model", path: `/api/v1/breakdown?by=model&metrics=cost,calls,tokens&${ninetyDays}` },
      ].map(({ name, path }) => ({
        name: `${name}, ${filter.split(":")[0]}`,
        path: `${path}&filter=${filter}`,
        limitMs: 40,
        comparedWithScan: true as const,
        independentOfSize: true as const,
      })),
    ),
    { name: "by team and agent, 30 days", path: `/api/v1/query?by=team,agent&${range(30)}`, limitMs: 400 },
    {
      name: "by day of one team and agent, 30 days",
      path: `/api/v1/query?by=day&filter=team:platform&filter=agent:agent-7&${range(30)}`,
      limitMs: 400,
    },
    { name: "sessions by cost", path: `/api/v1/sessions?order=cost&limit=50&${ninetyDays}`, limitMs: 10 },
    { name: "recent calls", path: `/api/v1/events?limit=50&${ninetyDays}`, limitMs: 10 },
  ];

const folders = { small: await dataset(sizes.small), large: await dataset(sizes.large) };
const scanMs = scanRawEvents(folders.large);
const servers = {
  small: await startServer({ dataDir: folders.small, built: true }),
  large: await startServer({ dataDir: folders.large, built: true }),
};
const clients = { small: new HttpClient(servers.small.url), large: new HttpClient(servers.large.url) };
try {
  printResult(`raw scan, totals of one agent, ${thousands(sizes.large)}`, `${scanMs.toFixed(0)} ms`);
  const recent = (await clients.large.get("/api/v1/events?limit=1&period=all")) as { events: { id: string }[] };
  const oneCall = { name: "one call", path: `/api/v1/events/${recent.events[0]!.id}`, limitMs: 10 };

  for (const question of [...QUESTIONS, oneCall]) {
    const small = question === oneCall ? null : clients.small;
    const took = await ask(question.path, small);
    printResult(question.name, `${took.large.toFixed(1)} ms`, {
      ok: took.large <= question.limitMs,
      what: `at most ${question.limitMs} ms`,
    });
    if ("independentOfSize" in question) {
      const ratio = took.large / took.small;
      printResult(`  : with ${thousands(sizes.small)}`, ratio.toFixed(2), { ok: ratio < 1.5, what: "below 1.5" });
    }
    if ("comparedWithScan" in question) {
      const ratio = scanMs / took.large;
      printResult("  raw scan : this", ratio.toFixed(0), { ok: ratio >= 50, what: "at least 50" });
    }
  }
} finally {
  clients.small.close();
  clients.large.close();
  await Promise.all([servers.small.stop(), servers.large.stop()]);
}

/** Median of the whole request, seen from outside: a little more than what the server takes. */
async function ask(path: string, small: HttpClient | null): Promise<{ small: number; large: number }> {
  const took = { small: [] as number[], large: [] as number[] };
  for (let round = -3; round < ROUNDS; round++) {
    const smallMs = small ? await durationMs(() => small.get(path)) : Number.NaN;
    const largeMs = await durationMs(() => clients.large.get(path));
    // The first rounds warm caches and the compiler.
    if (round < 0) continue;
    took.small.push(smallMs);
    took.large.push(largeMs);
  }
  return { small: median(took.small), large: median(took.large) };
}

/** The cheapest form of such a question without sums: only the totals, only one agent, the file already in memory. */
function scanRawEvents(folder: string): number {
  const database = new DatabaseSync(join(folder, "outlay.sqlite"), { readOnly: true });
  const scan = database.prepare(
    `SELECT count(*), sum(cost), sum(input), sum(output) FROM events WHERE at >= ? AND at < ?
       AND agent = (SELECT id FROM texts WHERE text = 'agent-7' AND dimension = ${DIMENSION_CODES.agent})`,
  );
  const took = Array.from({ length: 3 }, () => {
    const startedMs = performance.now();
    scan.get(untilMs - 90 * dayMs, untilMs);
    return performance.now() - startedMs;
  });
  database.close();
  return median(took);
}
