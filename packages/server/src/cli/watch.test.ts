import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";

/** `outlay watch` as a person runs it: real processes, real files, a server that goes away. */

const main = join(import.meta.dirname, "../main.ts");
const home = realpathSync(mkdtempSync(join(tmpdir(), "outlay-watch-")));
const limitMs = 180_000;
const running: ChildProcess[] = [];

afterEach(async () => {
  for (const child of running.splice(0)) await stop(child);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function start(args: string[], env: Record<string, string> = {}): ChildProcess {
  const { FORCE_COLOR: _, CLAUDE_CONFIG_DIR: __, XDG_CONFIG_HOME: ___, ...inherited } = process.env;
  const clean = { ...inherited, HOME: home, OUTLAY_REFRESH_PRICES: "off", OUTLAY_TIMEZONE: "UTC", ...env };
  const child = spawn(process.execPath, ["--conditions=source", main, ...args], { env: clean, stdio: "pipe" });
  child.stdin.end();
  running.push(child);
  return child;
}

async function stop(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  child.kill(signal);
  const [exitCode] = (await once(child, "exit")) as [number | null];
  return exitCode;
}

interface ImportLine {
  tool: string;
  recorded: number;
  grown: number;
  costUsd: number;
}

/** What a watch has printed, added up. */
class Printed {
  lines: ImportLine[] = [];
  notes = "";
  #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    let text = "";
    child.stdout!.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      const whole = text.split("\n");
      text = whole.pop()!;
      this.lines.push(...whole.map((line) => JSON.parse(line) as ImportLine));
    });
    child.stderr!.setEncoding("utf8").on("data", (chunk: string) => (this.notes += chunk));
  }

  sum(name: "recorded" | "grown" | "costUsd"): number {
    return this.lines.reduce((sum, line) => sum + line[name], 0);
  }

  /** Rejects when the watch ends instead. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (this.#child.exitCode !== null) throw new Error(`the watch has ended: ${this.notes}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const line = (id: string, outputTokens = 100) =>
  `${JSON.stringify({
    type: "assistant",
    sessionId: "one",
    timestamp: "2026-06-20T10:00:00.000Z",
    message: { id, model: "claude-sonnet-4-5", usage: { input_tokens: 0, output_tokens: outputTokens } },
  })}\n`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe(
  "outlay watch",
  () => {
    it("records what is there and what comes: grown, in new files and folders, rotated, written anew", async () => {
      const logs = join(home, "claude", "projects", "-home-dev-app");
      mkdirSync(logs, { recursive: true });
      const log = join(logs, "one.jsonl");
      writeFileSync(log, line("a"));
      const dataDir = join(home, "data");
      const env = { CLAUDE_CONFIG_DIR: join(home, "claude") };
      const watching = start(["watch", "claude-code", "--json", "--data", dataDir], env);
      const printed = new Printed(watching);

      await printed.until(() => printed.sum("recorded") === 1);
      // 100 tokens at 15 dollars a million
      expect(printed.sum("costUsd")).toBeCloseTo(0.0015, 9);
      const half = line("c").slice(0, 60);
      appendFileSync(log, line("a", 300) + line("b") + half);
      await printed.until(() => printed.sum("recorded") === 2 && printed.sum("grown") === 1);
      expect(printed.sum("costUsd")).toBeCloseTo(0.006, 9);
      appendFileSync(log, line("c").slice(60));
      await printed.until(() => printed.sum("recorded") === 3);

      const elsewhere = join(home, "claude", "projects", "-home-dev-other", "two", "subagents");
      mkdirSync(elsewhere, { recursive: true });
      writeFileSync(join(elsewhere, "agent-x.jsonl"), line("d"));
      await printed.until(() => printed.sum("recorded") === 4);
      renameSync(log, join(logs, "old.jsonl"));
      writeFileSync(log, line("e"));
      await printed.until(() => printed.sum("recorded") === 5);
      writeFileSync(log, line("f") + line("g"));
      await printed.until(() => printed.sum("recorded") === 7);

      // the store is free between two imports: a server may come, and the watch goes on beside it
      const server = start(["serve", "--port", "0", "--json", "--data", dataDir]);
      await once(server.stdout!, "data");
      appendFileSync(log, line("h"));
      await printed.until(() => printed.sum("recorded") === 8);
      await stop(server);
      appendFileSync(log, line("i"));
      await printed.until(() => printed.sum("recorded") === 9);

      expect(printed.sum("grown")).toBe(1);
      expect(await stop(watching, "SIGINT")).toBe(0);
      expect(printed.notes).toBe("");
    });

    it("waits for a server that is away, and sends it everything when it is back", async () => {
      const logs = join(home, "away", "projects", "-home-dev-app");
      mkdirSync(logs, { recursive: true });
      const log = join(logs, "one.jsonl");
      writeFileSync(log, line("k1"));
      const port = String(await freePort());
      const hub = join(home, "hub");
      const serve = async () => {
        const server = start(["serve", "--port", port, "--json", "--data", hub]);
        await once(server.stdout!, "data");
        return server;
      };
      let server = await serve();
      const watching = start(["watch", "--json", "--to", `http://127.0.0.1:${port}`, "--machine", "laptop"], {
        CLAUDE_CONFIG_DIR: join(home, "away"),
      });
      const printed = new Printed(watching);
      await printed.until(() => printed.sum("recorded") === 1);
      server.kill("SIGKILL");
      await once(server, "exit");
      appendFileSync(log, line("k2") + line("k3"));
      await printed.until(() => printed.notes.includes("retryInSeconds"));
      appendFileSync(log, line("k4"));
      server = await serve();
      await printed.until(() => printed.sum("recorded") === 4);
      expect(await stop(watching)).toBe(0);
    });
  },
  limitMs,
);
