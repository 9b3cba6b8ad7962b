import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { resolveConfig } from "../config.ts";
import { claudeCode } from "../importers/claude-code/claude-code.ts";
import { importLogs } from "../importers/import-logs.ts";
import { destinationOf } from "../importers/ledger-destination.fixture.ts";
import { openOutlay, type Outlay } from "../outlay.ts";
import { runCli } from "./cli.ts";

/**
 * Ours beside the real ccusage on the same logs. Its program comes from npm for Linux on x64 (an optional dependency); elsewhere
 * these tests are left out.
 */
const packed = join(import.meta.dirname, "../../../../node_modules/@ccusage/ccusage-linux-x64/bin/ccusage");
const folder = mkdtempSync(join(tmpdir(), "outlay-ccusage-"));
const ccusage = join(folder, "ccusage");
const golden = join(import.meta.dirname, "../importers/claude-code/golden");

interface Logs {
  config: string;
  outlay: Outlay;
}

type Row = Record<string, unknown> & {
  modelBreakdowns?: { modelName: string }[];
  modelsUsed?: string[];
  models?: string[];
};

const unused = () => Promise.reject(new Error("a report needs the API alone"));

/** `outlay report … --format ccusage` over logs that were imported. */
async function ours({ outlay }: Logs, ...args: string[]): Promise<Record<string, Row[]>> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [out, err] = [text(stdout), text(stderr)];
  const code = await runCli(["report", ...args, "--tz", "UTC"], {
    version: "0.0.0",
    env: {},
    stdin: new PassThrough(),
    stdout,
    stderr,
    now: Date.now,
    resolveSettings: unused,
    connect: async () => ({
      where: "here",
      request: async (path, init) => {
        const headers = {
          ...Object.fromEntries(new Headers(init?.headers)),
          authorization: `Bearer ${outlay.ownerToken}`,
        };
        return outlay.http.app.request(path, { ...init, headers });
      },
      close: async () => {},
    }),
    startServer: unused,
    openPrices: unused,
    openImportStore: unused,
  });
  stdout.end();
  stderr.end();
  expect(await err).toBe("");
  expect(code).toBe(0);
  return comparable(JSON.parse(await out));
}

function theirs({ config }: Logs, ...args: string[]): Record<string, Row[]> {
  const env = { PATH: process.env["PATH"], HOME: folder, CLAUDE_CONFIG_DIR: config };
  const written = execFileSync(ccusage, [...args, "--offline", "--json", "--timezone", "UTC"], {
    env,
    encoding: "utf8",
  });
  return comparable(JSON.parse(written));
}

/** The order of models follows from nothing in theirs; sums of floating-point dollars differ in the last digits. */
function comparable(answer: unknown): Record<string, Row[]> {
  return JSON.parse(
    JSON.stringify(answer, (name, value: unknown) => {
      if (name === "modelsUsed" || name === "models") return (value as string[]).toSorted();
      if (name === "modelBreakdowns") {
        return (value as { modelName: string }[]).toSorted((a, b) => (a.modelName < b.modelName ? -1 : 1));
      }
      return typeof value === "number" ? Math.round(value * 1e9) / 1e9 : value;
    }),
  ) as Record<string, Row[]>;
}

async function importFrom(config: string, name: string): Promise<Logs> {
  const outlay = await openOutlay(resolveConfig({ flags: { dataDir: join(folder, name) } }), { demo: false });
  const files = await claudeCode.listFiles(config);
  const destination = destinationOf(outlay.ledger, "laptop");
  await importLogs({ importer: claudeCode, files, destination, machine: "laptop" });
  return { config, outlay };
}

/** Lines of which ccusage and we make something else; the second test has them. */
const DISPUTED = /msg_a4|msg_a3|msg_a5|msg_d2|"<synthetic>"|isApiErrorMessage/;

/** The golden logs without the disputed lines, and with calls of the last hour. */
function agreedLogs(): string {
  const config = join(folder, "agreed");
  cpSync(golden, config, { recursive: true });
  for (const path of readdirSync(config, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith(".jsonl") || path.endsWith("s4.jsonl") || path.endsWith("s5.jsonl")) continue;
    const lines = readFileSync(join(config, path), "utf8").split("\n");
    writeFileSync(join(config, path), lines.filter((line) => !DISPUTED.test(line)).join("\n"));
  }
  const lines = [callAgo(50, "n1"), callAgo(30, "n2"), callAgo(10, "n3")].map((line) => `${JSON.stringify(line)}\n`);
  mkdirSync(join(config, "projects/-home-dev-now"));
  writeFileSync(join(config, "projects/-home-dev-now/now.jsonl"), lines.join(""));
  return config;
}

const withoutProject = (answer: Record<string, Row[]>) => ({
  ...answer,
  sessions: answer["sessions"]!.map(({ projectPath, ...row }) => ({ ...row, hasProject: typeof projectPath })),
});

const still = (answer: Record<string, Row[]>) =>
  answer["blocks"]!.map(({ projection, tokenLimitStatus, ...block }) => ({
    ...block,
    projected: Object.keys(projection ?? {}).toSorted(),
    limited: Object.keys(tokenLimitStatus ?? {}).toSorted(),
  }));

const minutes = (answer: Record<string, Row[]>) =>
  (answer["blocks"]!.at(-1)!["projection"] as { remainingMinutes: number }).remainingMinutes;

const numbers = ({ period, inputTokens, outputTokens, totalCost }: Row) => [
  period,
  inputTokens,
  outputTokens,
  totalCost,
];

describe.runIf(existsSync(packed))("the JSON of ccusage", () => {
  let agreed: Logs;
  let disputed: Logs;

  beforeAll(async () => {
    copyFileSync(packed, ccusage);
    chmodSync(ccusage, 0o755);
    agreed = await importFrom(agreedLogs(), "agreed-data");
    disputed = await importFrom(golden, "disputed-data");
  }, 60_000);

  afterAll(async () => {
    await agreed.outlay.close();
    await disputed.outlay.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(["daily", "weekly", "monthly", "session"])("%s: every field and number is the same", async (kind) => {
    expect(await ours(agreed, kind, "--format", "ccusage")).toEqual(theirs(agreed, kind));
  });

  test.each(["daily", "weekly", "monthly"])("claude %s too", async (kind) => {
    expect(await ours(agreed, kind, "--format", "ccusage-claude")).toEqual(theirs(agreed, "claude", kind));
  });

  test("claude session too, but for the project, which we name and they write as a folder", async () => {
    expect(withoutProject(await ours(agreed, "session", "--format", "ccusage-claude"))).toEqual(
      withoutProject(theirs(agreed, "claude", "session")),
    );
  });

  test("dates limit it the same", async () => {
    const dates = ["--since", "20260603", "--until", "20260604"];
    expect(await ours(agreed, "daily", "--format", "ccusage", ...dates)).toEqual(theirs(agreed, "daily", ...dates));
  });

  test("blocks are the same, and so is what the running one comes to", async () => {
    const args = ["blocks", "--token-limit", "5000"];
    const before = await ours(agreed, ...args, "--format", "ccusage");
    const expected = theirs(agreed, ...args);
    const after = await ours(agreed, ...args, "--format", "ccusage");
    expect(still(before)).toEqual(still(expected));
    expect(before["blocks"]!.filter((block) => block["isActive"] === true)).toHaveLength(1);
    // it moves with the clock
    expect(minutes(expected)).toBeLessThanOrEqual(minutes(before));
    expect(minutes(expected)).toBeGreaterThanOrEqual(minutes(after));
  });

  test("where we say something else, it is for these reasons alone", async () => {
    const [our, their] = [await ours(disputed, "daily", "--format", "ccusage"), theirs(disputed, "daily")];
    const [second, ...later] = their["daily"]!.map(numbers) as [string, number, number, number][];
    const [third, fourth, fifth] = later as [string, number, number, number][];
    expect(our["daily"]!.map(numbers)).toEqual([
      // msg_a3 brings a cost of an old version, $0.01, which they take and we reckon as $0.00408; a search of msg_a5 is $0.01
      [second![0], second![1], second![2], expect.closeTo(second![3] - 0.01 + 0.004_08 + 0.01, 9)],
      third,
      // msg_d2 was sampled twice: for the compaction 50 in and 10 out more
      [fourth![0], fourth![1] + 50, fourth![2] + 10, expect.closeTo(fourth![3] + 0.000_3, 9)],
      fifth,
    ]);
  });
});

function callAgo(minutesAgo: number, name: string): object {
  return {
    type: "assistant",
    sessionId: "now",
    cwd: "/home/dev/now",
    requestId: `req_${name}`,
    timestamp: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
    message: {
      id: `msg_${name}`,
      model: "claude-sonnet-4-5-20250929",
      usage: { input_tokens: 100, cache_creation_input_tokens: 50, cache_read_input_tokens: 1_000, output_tokens: 500 },
    },
  };
}
