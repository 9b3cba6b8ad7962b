import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ImportOutcome } from "../importers/import-logs.ts";

/** `outlay import` as a person runs it: real processes, a home folder with logs, a data folder, a server. */

const main = join(import.meta.dirname, "../main.ts");
const golden = join(import.meta.dirname, "../importers/claude-code/golden");
const home = realpathSync(mkdtempSync(join(tmpdir(), "outlay-import-cli-")));
const dataDir = join(home, "data");
const limitMs = 120_000;

beforeAll(() => cpSync(golden, join(home, ".claude"), { recursive: true }));
afterAll(() => rmSync(home, { recursive: true, force: true }));

function start(args: string[], env: Record<string, string> = {}) {
  const { FORCE_COLOR: _, CLAUDE_CONFIG_DIR: __, XDG_CONFIG_HOME: ___, ...inherited } = process.env;
  const clean = { ...inherited, HOME: home, OUTLAY_REFRESH_PRICES: "off", OUTLAY_TIMEZONE: "UTC", ...env };
  return spawn(process.execPath, ["--conditions=source", main, ...args], { env: clean, stdio: "pipe" });
}

async function run(args: string[], env?: Record<string, string>) {
  const child = start(args, env);
  const ended = { exitCode: null as number | null, stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (ended.stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (ended.stderr += chunk));
  child.stdin.end();
  [ended.exitCode] = (await once(child, "close")) as [number | null];
  return ended;
}

async function json<T>(args: string[], env?: Record<string, string>): Promise<T> {
  const { stdout, stderr } = await run([...args, "--json"], env);
  expect(stderr).toBe("");
  return JSON.parse(stdout) as T;
}

interface Imported {
  dryRun: boolean;
  tools: (ImportOutcome & { tool: string; folders: string[] })[];
}

async function callsIn(folder: string): Promise<number> {
  const answer = await json<{ totals: { calls: number } }>(["query", "metrics=calls", "period=all", "--data", folder]);
  return answer.totals.calls;
}

describe(
  "outlay import",
  () => {
    it("finds the logs, says what there is, records it once, and names what is broken", async () => {
      const listed = await json<{ tools: object[] }>(["import", "claude-code", "--list"]);
      expect(listed.tools).toMatchObject([{ tool: "claude-code", files: 6, problems: [] }]);
      const dry = await json<Imported>(["import", "--dry-run", "--data", dataDir]);
      expect(dry).toMatchObject({ dryRun: true, tools: [{ tool: "claude-code", recorded: 12 }] });
      expect(dry.tools[0]!.folders).toEqual([join(home, ".claude", "projects")]);
      expect(await callsIn(dataDir)).toBe(0);

      const first = await run(["import", "--data", dataDir]);
      expect(first.exitCode).toBe(1);
      expect(first.stdout).toContain("12 recorded");
      expect(first.stderr).toContain("s1.jsonl:13: not JSON: cut off or damaged");
      expect(await callsIn(dataDir)).toBe(12);

      const second = await run(["import", "--data", dataDir]);
      expect(second).toMatchObject({ exitCode: 0, stderr: "" });
      expect(second.stdout).toContain("6 found, 6 unchanged");
      expect(await callsIn(dataDir)).toBe(12);
    });

    it("sends to a server, with the name of each machine; what grew meanwhile counts with what it has grown to", async () => {
      const logs = join(home, "elsewhere", "projects", "-home-dev-app");
      mkdirSync(logs, { recursive: true });
      const write = (outputTokens: number) =>
        writeFileSync(
          join(logs, "one.jsonl"),
          `${JSON.stringify({
            type: "assistant",
            sessionId: "one",
            timestamp: "2026-06-20T10:00:00.000Z",
            message: { id: "m", model: "claude-sonnet-4-5", usage: { input_tokens: 1, output_tokens: outputTokens } },
          })}\n`,
        );
      const hub = join(home, "hub");
      const server = start(["serve", "--port", "0", "--json", "--data", hub]);
      try {
        const [printed] = (await once(server.stdout.setEncoding("utf8"), "data")) as [string];
        const { url } = JSON.parse(printed) as { url: string };
        const send = (machine: string) =>
          json<Imported>(["import", "claude-code", "--to", url, "--machine", machine], {
            CLAUDE_CONFIG_DIR: `${join(home, ".claude")},${join(home, "elsewhere")}`,
          });
        // of telemetry: one that its id of the request tells apart from every line, and one that may be any of them
        const told = {
          occurredAt: "2026-06-20T11:00:00Z",
          source: "otlp",
          agent: "claude-code",
          provider: "anthropic",
        };
        const events = ["req_011CQ", undefined].map((requestId) => ({
          ...told,
          model: "claude-sonnet-4-5",
          usage: { outputTokens: 7 },
          metadata: { requestId },
        }));
        const headers = { "content-type": "application/json" };
        const posted = await fetch(`${url}/api/v1/events`, {
          method: "POST",
          headers,
          body: JSON.stringify({ events }),
        });
        expect(await posted.json()).toMatchObject({ accepted: 2 });
        write(8);
        const first = (await send("laptop")).tools;
        expect(first).toMatchObject([{ recorded: 13, grown: 0, broken: { length: 4 } }]);
        expect(first).toMatchObject([{ telemetry: { calls: 1, isMore: false, to: "2026-06-21T00:00:00.000Z" } }]);
        expect(JSON.stringify(first)).toContain("to 2026-06-20, telemetry told of 1 call of Claude Code too");
        write(301);
        expect((await send("desktop")).tools).toMatchObject([
          { recorded: 0, grown: 1, files: 7, unchangedFiles: 0, telemetry: null },
        ]);
        expect((await send("laptop")).tools).toMatchObject([{ recorded: 0, grown: 0, unchangedFiles: 6 }]);
        expect(await callsIn(hub)).toBe(13 + events.length);
      } finally {
        server.kill("SIGTERM");
        await once(server, "exit");
      }
    });

    it("reads a file with a word on its columns, shows it before, and every time adds only what is new", async () => {
      const [sheet, folder] = [join(home, "usage.csv"), join(home, "sheet")];
      writeFileSync(sheet, 'Date,Model,"Tokens, in",Cost\n2026-06-01,gpt-5,"1,000",$0.12\n2026-06-02,gpt-5,7,\n');
      const mapping = 'occurredAt=Date,model=Model,inputTokens="Tokens, in",costUsd=Cost';
      const args = ["import", "csv", "--path", sheet, "--map", mapping, "--set", "project=shop", "--data", folder];
      const dry = await json<{ tools: { preview: unknown[] }[] }>([...args, "--dry-run"]);
      expect(dry.tools[0]!.preview).toMatchObject([
        {
          occurredAt: "2026-06-01T00:00:00.000Z",
          reportedCostUsd: 0.12,
          usage: { inputTokens: 1_000 },
          project: "shop",
        },
        { occurredAt: "2026-06-02T00:00:00.000Z", usage: { inputTokens: 7 } },
      ]);
      expect((await json<Imported>(args)).tools).toMatchObject([{ recorded: 2, unchangedFiles: 0 }]);
      expect((await json<Imported>(args)).tools).toMatchObject([{ recorded: 0, known: 2, unchangedFiles: 0 }]);
      expect(await callsIn(folder)).toBe(2);
      const unmapped = await run(["import", "csv", "--path", sheet, "--map", "occuredAt=Date"]);
      expect(unmapped).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining("did you mean occurredAt") as string,
      });
    });

    it("says what it does not understand", async () => {
      expect(await run(["import", "nonsense"])).toMatchObject({ exitCode: 2 });
      expect((await run(["import", "--path", home])).stderr).toContain("--path needs the tool's name");
      const missing = await run(["import", "claude-code", "--path", join(home, "nowhere"), "--data", dataDir]);
      expect(missing.exitCode).toBe(2);
      expect(missing.stderr).toContain("There is no");
      expect((await run(["import", "--to", "not an address"])).exitCode).toBe(2);
      expect((await run(["import", "--since", "yesterday"])).stderr).toContain("It must look like 2026-11-01");
      expect((await run(["import", "cursor-csv"])).stderr).toContain("cursor-csv needs --path");
      const nothing = await run(["import"], { CLAUDE_CONFIG_DIR: join(home, "nowhere") });
      expect(nothing).toMatchObject({ exitCode: 0, stdout: "No logs of a coding tool were found on this machine.\n" });
    });
  },
  limitMs,
);
