import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { textWidth } from "./draw/text-width.ts";

/** The command line as a person runs it: a real process, a real data folder, a real server. */

const main = join(import.meta.dirname, "../main.ts");
const folder = mkdtempSync(join(tmpdir(), "outlay-cli-"));
const dataDir = join(folder, "demo");
const limitMs = 120_000;

interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

function start(args: string[], env: Record<string, string> = {}): ChildProcessWithoutNullStreams {
  const { FORCE_COLOR: _, NO_COLOR: __, ...inherited } = process.env;
  const clean = { ...inherited, HOME: folder, OUTLAY_REFRESH_PRICES: "off", OUTLAY_TIMEZONE: "UTC", ...env };
  return spawn(process.execPath, ["--conditions=source", main, ...args], { env: clean, stdio: "pipe" });
}

async function run(args: string[], options: { env?: Record<string, string>; input?: string } = {}): Promise<Ended> {
  const child = start(args, options.env);
  const ended: Ended = { exitCode: null, stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (ended.stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (ended.stderr += chunk));
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");
  [ended.exitCode] = (await once(child, "close")) as [number | null];
  return ended;
}

/** Runs with `--json` against the demo's folder, expects success, and parses. */
async function json<T = Record<string, unknown>>(command: string): Promise<T> {
  const { exitCode, stdout, stderr } = await run([...command.split(" "), "--json", "--data", dataDir]);
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  return JSON.parse(stdout) as T;
}

async function text(command: string): Promise<string> {
  const { exitCode, stdout, stderr } = await run([...command.split(" "), "--data", dataDir], {
    env: { COLUMNS: "80" },
  });
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  expect(stdout).not.toContain("\u001b");
  return stdout;
}

interface Answer {
  rows: Record<string, number | string | null>[];
  totals: Record<string, number>;
}

let recorded = 0;
/** Most commands here ask this server, which they find by the data folder: it lets them run side by side. */
let demoServer: { stop(): Promise<number | null> };

beforeAll(async () => {
  const filled = await json<{ recorded: number; known: number }>("demo --no-serve --days 45 --events 3000");
  recorded = filled.recorded;
  expect(recorded).toBeGreaterThan(2_000);
  demoServer = await startJson(["serve", "--port", "0", "--json", "--data", dataDir]);
}, limitMs);

afterAll(async () => {
  await demoServer.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe(
  "what it says about itself",
  () => {
    it.concurrent("helps, with examples, and knows its version", async () => {
      const help = await run(["help"]);
      expect(help.exitCode).toBe(0);
      for (const word of ["serve", "demo", "costs", "report", "export", "events", "doctor", "Examples:"]) {
        expect(help.stdout).toContain(word);
      }
      expect((await run(["report", "--help"])).stdout).toContain("outlay report daily");
      expect((await run(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    });

    it.concurrent("exits with 2 on what it does not understand, and names what is nearest", async () => {
      const mistyped = await run(["rpeort", "daily"]);
      expect(mistyped).toMatchObject({ exitCode: 2, stdout: "" });
      expect(mistyped.stderr).toContain("Did you mean report?");
      expect((await run(["report", "dayly"])).exitCode).toBe(2);
      expect((await run(["costs", "--perod", "7d"])).stderr).toContain("Did you mean --period?");
      expect((await run(["serve", "--port", "99999"])).exitCode).toBe(2);
      expect((await run(["query", "by"])).exitCode).toBe(2);
      expect((await run(["costs", "--period", "7d", "--from", "2026-01-01"])).exitCode).toBe(2);
    });

    it.concurrent("exits with 1 on what can be mended, as a sentence or as JSON", async () => {
      const away = await run(["costs", "--server", "http://127.0.0.1:9"]);
      expect(away).toMatchObject({ exitCode: 1, stdout: "" });
      expect(away.stderr).toContain("cannot be reached");
      const asJson = await run(["query", "by=nonsense", "--json", "--data", dataDir]);
      expect(asJson.exitCode).toBe(1);
      expect(JSON.parse(asJson.stderr)).toMatchObject({ error: { field: "by" } });
      expect((await run(["events", "show", "no-such-id", "--data", dataDir])).exitCode).toBe(1);
      expect((await run(["costs", "--tz", "Europe/Berlim", "--data", dataDir])).exitCode).toBe(1);
      const noFile = await run(["events", "add", join(folder, "none.jsonl"), "--data", dataDir]);
      expect(noFile).toMatchObject({ exitCode: 1 });
      expect(noFile.stderr).toContain("does not exist");
      expect((await run(["events", "add", folder, "--data", dataDir])).stderr).toContain("is a directory");
      const noFolder = await run(["export", join(folder, "none", "x.csv"), "--data", dataDir]);
      expect(noFolder).toMatchObject({ exitCode: 1, stdout: "" });
      expect(noFolder.stderr).toContain("x.csv cannot be written");
    });
  },
  limitMs,
);

describe(
  "costs",
  () => {
    it.concurrent("fits the terminal, says what has no price, and is shown without a command too", async () => {
      const shown = await text("costs --period 90d");
      for (const word of [
        "Cost",
        "By model",
        "By agent",
        "By week",
        "This month",
        "Recent calls",
        "unpriced:",
        "dexter",
      ]) {
        expect(shown).toContain(word);
      }
      for (const line of shown.split("\n")) expect(textWidth(line)).toBeLessThanOrEqual(80);
      const narrow = await run(["costs", "--data", dataDir], { env: { COLUMNS: "60" } });
      for (const line of narrow.stdout.split("\n")) expect(textWidth(line)).toBeLessThanOrEqual(60);
      expect(await text("--period 90d")).toBe(shown);
    });

    it.concurrent("has its parts add up", async () => {
      const costs = await json<{
        totals: Record<string, number>;
        byModel: { cost: number }[];
        byTime: { cost: number }[];
      }>("costs --period all");
      expect(costs.totals["calls"]).toBe(recorded);
      expect(sum(costs.byModel, "cost")).toBeCloseTo(costs.totals["cost"]!, 8);
      expect(sum(costs.byTime, "cost")).toBeCloseTo(costs.totals["cost"]!, 8);
    });

    it.concurrent("colours only when it is asked to, in a pipe", async () => {
      const forced = await run(["costs", "--data", dataDir], { env: { FORCE_COLOR: "1" } });
      expect(forced.stdout).toContain("\u001b[");
      const refused = await run(["costs", "--data", dataDir, "--no-color"], { env: { FORCE_COLOR: "1" } });
      expect(refused.stdout).not.toContain("\u001b");
    });

    it.concurrent("says so when there is nothing", async () => {
      const empty = await run(["costs", "--data", join(folder, "empty")]);
      expect(empty).toMatchObject({ exitCode: 0, stderr: "" });
      expect(empty.stdout).toContain("No calls in this period.");
    });
  },
  limitMs,
);

describe(
  "report and query",
  () => {
    it.concurrent.each([
      "daily",
      "weekly",
      "monthly",
      "model",
      "provider",
      "agent",
      "user",
      "session",
      "project",
      "tag:story",
    ])("%s: the rows add up to the totals", async (kind) => {
      const answer = await json<Answer>(`report ${kind} --period all --limit 5`);
      expect(answer.totals["calls"]).toBe(recorded);
      expect(sum(answer.rows, "calls")).toBe(recorded);
      expect(sum(answer.rows, "cost")).toBeCloseTo(answer.totals["cost"]!, 8);
    });

    it.concurrent("is a table with a line of totals", async () => {
      const lines = (await text("report model --period all --limit 3")).trimEnd().split("\n");
      expect(lines.some((line) => line.startsWith("(other)"))).toBe(true);
      expect(lines.some((line) => line.startsWith("Total") && line.includes(recorded.toLocaleString("en-US")))).toBe(
        true,
      );
    });

    it.concurrent("passes filters, zone and dates on", async () => {
      const answer = await json<Answer & { query: { filters: string[]; period: { timeZone: string; start: string } } }>(
        "report daily --from 2026-01-10 --to 2026-01-12 --tz Asia/Kathmandu --filter agent:dexter --filter model:claude-*",
      );
      expect(answer.query.filters).toEqual(["agent:dexter", "model:claude-*"]);
      expect(answer.query.period).toMatchObject({ timeZone: "Asia/Kathmandu", start: "2026-01-09T18:15:00.000Z" });
      expect(answer.rows).toHaveLength(2);
    });

    it.concurrent("takes the query language as it is", async () => {
      const answer = await json<Answer>("query metrics=calls by=team period=all filter=!team:platform");
      expect(sum(answer.rows, "calls")).toBe(answer.totals["calls"]);
      expect(answer.rows.some((row) => row["team"] === "platform")).toBe(false);
    });
  },
  limitMs,
);

describe(
  "lists",
  () => {
    it.concurrent("shows recorded calls, and one of them with what it is made of", async () => {
      const page = await json<{ events: { id: string; costUsd: number | null }[]; nextCursor: string }>(
        "events --period all --limit 3 --filter model:gpt-5.1",
      );
      expect(page.events).toHaveLength(3);
      const next = await json<typeof page>(
        `events --period all --limit 3 --filter model:gpt-5.1 --cursor ${page.nextCursor}`,
      );
      expect(next.events.map(({ id }) => id)).not.toContain(page.events[0]!.id);
      const id = page.events[0]!.id;
      expect(await json(`events show ${id}`)).toMatchObject({ id, model: "gpt-5.1" });
      expect(await text(`events show ${id}`)).toContain("gpt-5.1");
      expect(await text("events list --period all")).toContain("Activity");
    });

    it.concurrent("shows sessions by cost, and one of them", async () => {
      const { sessions } = await json<{ sessions: { session: string; cost: number; calls: number }[] }>(
        "sessions --period all --order cost --limit 4",
      );
      expect(sessions).toHaveLength(4);
      expect(sessions[0]!.cost).toBeGreaterThanOrEqual(sessions[3]!.cost);
      const one = await json<{ session: { calls: number }; events: unknown[] }>(`sessions ${sessions[0]!.session}`);
      expect(one.session.calls).toBe(sessions[0]!.calls);
      expect(one.events).toHaveLength(one.session.calls);
      expect(await text(`sessions ${sessions[0]!.session}`)).toContain(sessions[0]!.session);
    });
  },
  limitMs,
);

test("a month becomes a PDF where people look for it, and a scheduled report is changed in part", async () => {
  const file = join(folder, "month.pdf");
  const pdf = await json<{ bytes: number }>(`report monthly --pdf ${file} --month 2026-10`);
  expect(pdf.bytes).toBe(readFileSync(file).length);
  expect(readFileSync(file).subarray(0, 5).toString()).toBe("%PDF-");
  for (const args of [
    ["daily", "--pdf", file],
    ["monthly", "--pdf", file, "--by", "model"],
    ["monthly", "--month", "2026-10"],
  ]) {
    const { exitCode, stderr } = await run(["report", ...args, "--data", dataDir]);
    expect([exitCode, stderr.match(/PDF|--pdf/)?.length]).toEqual([2, 1]);
  }

  await json("channels add smtp mail --host 127.0.0.1 --from o@example.com --to ops@example.com --security none");
  await json("reports add shop --every day --hour 7 --channel mail --to shop@example.com --filter project:shop");
  const changed = await json("reports change shop --every week --no-to --attach csv --disable");
  expect(changed).toMatchObject({
    name: "shop",
    every: "week",
    hour: 7,
    recipients: null,
    filters: ["project:shop"],
    attach: ["csv"],
    nextAt: null,
  });
  expect(await json("reports remove shop")).toEqual({ removed: changed["id"] });
}, 60_000);

test("archive writes days and months, and finds nothing to do when repeated", async () => {
  const output = join(folder, "archive");
  const first = await json<Record<"daily" | "monthly", { written: number }>>(`archive --output ${output}`);
  expect(first.daily.written).toBeGreaterThan(40);
  expect(first.monthly.written).toBeGreaterThan(1);
  expect(readdirSync(join(output, "daily"))).toHaveLength(first.daily.written);
  expect(await text(`archive --output ${output}`)).toMatch(/^daily +0 written, [\d,]+ unchanged$/m);
});

describe(
  "export",
  () => {
    it.concurrent("writes every call, in three formats, to a file or to standard output", async () => {
      const csv = join(folder, "calls.csv");
      expect(await text(`export ${csv}`)).toContain(`${recorded.toLocaleString("en-US")} calls`);
      expect(readFileSync(csv, "utf8").trimEnd().split("\n")).toHaveLength(recorded + 1);
      expect(existsSync(`${csv}.partial`)).toBe(false);

      const lines = (await text("export --format jsonl")).trimEnd().split("\n");
      expect(lines).toHaveLength(recorded);
      const ids = new Set(lines.map((line) => (JSON.parse(line) as { id: string }).id));
      expect(ids.size).toBe(recorded);
      const parsed = JSON.parse(await text("export --format json --filter agent:pixel")) as unknown;
      expect(JSON.stringify(parsed)).toContain("dall-e-3");
    });

    it.concurrent("writes sums of calls", async () => {
      const [header, ...lines] = (await text("export --by model --metrics calls")).trimEnd().split("\n");
      const column = header!.split(",").indexOf("calls");
      const calls = lines.map((line) => Number(line.split(",")[column]));
      expect(calls.reduce((a, b) => a + b, 0)).toBe(recorded);
    });

    it.concurrent("ends quietly when its reader has seen enough", async () => {
      const child = start(["export", "--format", "jsonl", "--data", dataDir]);
      let stderr = "";
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
      await once(child.stdout, "data");
      child.stdout.destroy();
      const [exitCode] = (await once(child, "exit")) as [number | null];
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    });
  },
  limitMs,
);

describe(
  "doctor",
  () => {
    it.concurrent("finds everything in order, and says where the configuration comes from", async () => {
      const { ok, settings, findings } = await json<{
        ok: boolean;
        settings: { name: string; origin: string }[];
        findings: { check: string; level: string }[];
      }>("doctor");
      expect(findings.filter(({ level }) => level === "failed")).toEqual([]);
      expect(ok).toBe(true);
      expect(settings.find(({ name }) => name === "dataDir")!.origin).toContain("--data");
      expect(settings.find(({ name }) => name === "timeZone")!.origin).toContain("OUTLAY_TIMEZONE");
      expect(findings.map(({ check }) => check)).toEqual(
        expect.arrayContaining(["node", "data folder", "connection", "database", "time zone", "sums", "prices"]),
      );
    });

    it.concurrent("exits with 1 when something has failed", async () => {
      const blocked = join(folder, "a-file");
      writeFileSync(blocked, "");
      const { exitCode, stdout } = await run(["doctor", "--data", blocked, "--json"]);
      expect(exitCode).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ ok: false });
    });
  },
  limitMs,
);

describe(
  "recording",
  () => {
    const own = join(folder, "own");

    it("records what is good, names what is not, and counts repeats once", async () => {
      const good = { id: "a", provider: "openai", model: "gpt-4o", usage: { inputTokens: 10, outputTokens: 5 } };
      const lines = [good, { ...good, id: "b", usage: { inputTokens: -1 } }, { ...good, id: "c" }].map((event) =>
        JSON.stringify(event),
      );
      const input = `${lines.join("\n")}\nnonsense\n`;
      const first = await run(["events", "add", "--data", own], { input });
      expect(first).toMatchObject({ exitCode: 1, stdout: "2 recorded, 0 known already, 2 rejected\n" });
      expect(first.stderr).toContain("event 2: usage.inputTokens");
      expect(first.stderr).toContain("event 4: not JSON");

      const file = join(folder, "usage.json");
      writeFileSync(file, JSON.stringify([good, { ...good, id: "d" }]));
      const second = await run(["events", "add", file, "--data", own, "--json"]);
      expect(second).toMatchObject({ exitCode: 0, stderr: "" });
      expect(JSON.parse(second.stdout)).toEqual({ accepted: 1, duplicates: 1, rejected: [] });

      // the same folder, without a server
      const asked = await run(["query", "metrics=calls,tokens", "--data", own, "--json"]);
      expect((JSON.parse(asked.stdout) as Answer).totals).toEqual({ calls: 3, tokens: 45 });
      expect((await run(["costs", "--data", own])).stdout).toContain("gpt-4o");
      expect((await run(["export", "--data", own])).stdout.trimEnd().split("\n")).toHaveLength(4);

      // side by side: one waits until the other has let go of the folder
      const both = await Promise.all([run(["report", "model", "--data", own]), run(["costs", "--data", own])]);
      expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);

      const nothingValid = await run(["events", "add", "--data", own], { input: '{"provider":"x"}\n' });
      expect(nothingValid).toMatchObject({ exitCode: 1, stdout: "0 recorded, 0 known already, 1 rejected\n" });
    });

    it("refuses to mix made-up calls with real ones", async () => {
      const { exitCode, stderr } = await run(["demo", "--no-serve", "--data", own, "--json"]);
      expect(exitCode).toBe(1);
      expect(JSON.parse(stderr)).toMatchObject({ error: { code: "not_a_demo_folder" } });
    });
  },
  limitMs,
);

describe(
  "with a server running",
  () => {
    it("serves, is found by other commands on its data folder, and stops when asked", async () => {
      const served = join(folder, "served");
      const server = await startJson(["serve", "--port", "0", "--json", "--data", served]);
      try {
        const added = await run(["events", "add", "--data", served], {
          input: '{"provider":"openai","model":"gpt-4o","usage":{"inputTokens":1000}}',
        });
        expect(added).toMatchObject({ exitCode: 0, stderr: "" });
        const health = (await (await fetch(`${server.url}/api/health`)).json()) as { events: number };
        expect(health.events).toBe(1);

        const named = await run(["query", "metrics=calls", "--json", "--server", server.url, "--data", dataDir]);
        expect((JSON.parse(named.stdout) as Answer).totals["calls"]).toBe(1);
        const doctor = await run(["doctor", "--data", served, "--json"]);
        expect(JSON.parse(doctor.stdout)).toMatchObject({
          ok: true,
          findings: expect.arrayContaining([{ check: "connection", level: "ok", message: server.url }]) as unknown,
        });
        const second = await run(["serve", "--port", "0", "--data", served]);
        expect(second.exitCode).toBe(1);
      } finally {
        expect(await server.stop()).toBe(0);
      }
      expect((await run(["query", "metrics=calls", "--data", served])).exitCode).toBe(0);
    });

    it("shows the demo alive, and doubles nothing when it is started again", async () => {
      const again = join(folder, "again");
      const args = ["demo", "--port", "0", "--json", "--data", again, "--days", "5", "--events", "300"];
      const first = await startJson<{ url: string; recorded: number }>(args);
      const meta = async () =>
        (await (await fetch(`${first.url}/api/v1/meta`)).json()) as { demo: boolean; events: number };
      try {
        expect((await meta()).demo).toBe(true);
        while ((await meta()).events < first.recorded + 2) await new Promise((resolve) => setTimeout(resolve, 200));
      } finally {
        expect(await first.stop()).toBe(0);
      }
      const second = await startJson<{ url: string; recorded: number; known: number }>([...args, "--no-live"]);
      expect(second.recorded).toBeLessThan(20);
      expect(await second.stop()).toBe(0);
    });
  },
  limitMs,
);

/** Starts a command that serves, and resolves with the line of JSON that it prints when it is ready. */
async function startJson<T extends { url: string }>(args: string[]): Promise<T & { stop(): Promise<number | null> }> {
  const child = start(args);
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const exited = once(child, "exit") as Promise<[number | null]>;
  const ready = once(child.stdout.setEncoding("utf8"), "data") as Promise<[string]>;
  const line = await Promise.race([ready.then(([printed]) => printed), exited.then(() => null)]);
  if (line === null) throw new Error(`outlay ${args.join(" ")} ended:\n${stderr}`);
  return {
    ...(JSON.parse(line) as T),
    async stop() {
      child.kill("SIGTERM");
      return (await exited)[0];
    },
  };
}

function sum(rows: readonly object[], field: string): number {
  return rows.reduce((total, row) => total + Number((row as Record<string, unknown>)[field] ?? 0), 0);
}
