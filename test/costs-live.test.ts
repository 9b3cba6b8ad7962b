import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { postJson, record } from "./api.ts";
import { startServer } from "./start-server.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The built command in a pseudo terminal, which `script` of util-linux makes. */
const program = join(import.meta.dirname, "../packages/server/bin/outlay.js");
const hasTerminal = spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0;
const escape = "\u001b";
const ENTERED = `${escape}[?1049h${escape}[?25l`;
const LEFT = `${escape}[?25h${escape}[?1049l`;

interface Terminal {
  /** All that was written since the last time, until it holds the text. */
  until(text: string): Promise<string>;
  press(key: string): void;
  /** The lines of the last whole picture. */
  picture(): string[];
  ended: Promise<number>;
  output(): string;
}

function open(command: string): Terminal {
  const shell = `stty rows 30 cols 90; ${command}; echo "ended $?"; stty -a | grep -o -- '-\\?icanon'`;
  const child = spawn("script", ["-qefc", shell, "/dev/null"], {
    env: { ...process.env, SHELL: "/bin/sh", TERM: "xterm", NO_COLOR: "1" },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let all = "";
  let seen = 0;
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (all += chunk));
  const closed = once(child, "close").then(([code]) => code as number);
  return {
    async until(text) {
      while (!all.slice(seen).includes(text)) {
        if (child.exitCode !== null) throw new Error(`ended without ${text}: ${all.slice(-2_000)}`);
        await sleep(30);
      }
      const told = all.slice(seen);
      seen = all.length;
      return told;
    },
    press: (key) => void child.stdin.write(key),
    picture: () =>
      all
        .slice(0, all.lastIndexOf(`${escape}[J`))
        .split(`${escape}[H`)
        .at(-1)!
        .replaceAll(`${escape}[K`, "")
        .split(/\r+\n/),
    ended: closed,
    output: () => all,
  };
}

const call = (id: string, agent: string) => ({
  id,
  occurredAt: new Date().toISOString(),
  provider: "openai",
  model: "gpt-4o",
  agent,
  usage: { inputTokens: 0, outputTokens: 100_000 },
});

describe.runIf(hasTerminal)("outlay costs --live", () => {
  test("moves with what is recorded, takes the terminal's size, and gives it back", async () => {
    const dataDir = temporaryFolder();
    const server = await startServer({ dataDir, built: true });
    await record(server.url, [call("first", "dexter")]);
    await postJson(`${server.url}/api/v1/budgets`, { name: "all of it", amountUsd: 2, period: { unit: "month" } });
    const flag = join(dataDir, "resize");
    const resize = `(while [ ! -e ${flag} ]; do sleep 0.1; done; stty rows 8 cols 50 </dev/tty) &`;
    const terminal = open(`${resize} ${process.execPath} ${program} costs --live --data ${dataDir}`);
    expect(await terminal.until("dexter")).toContain(ENTERED);
    while (terminal.picture().length !== 30) await sleep(30);
    expect(terminal.picture()[2]).toMatch(/^\$1\.00 {3}1 call {3}100k tokens {3}last minute \$1\.00 \(1\)/);
    expect(terminal.picture()[4]).toMatch(/ 50 % {2}\$1\.00 of \$2\.00 {2}all of it$/);

    await record(server.url, [call("second", "newton")]);
    await terminal.until("newton");
    while (!terminal.picture()[2]!.startsWith("$2.00   2 calls")) await sleep(30);
    writeFileSync(flag, "");
    while (terminal.picture().length !== 8) await sleep(30);
    expect(terminal.picture().every((line) => line.length <= 50)).toBe(true);

    terminal.press("q");
    await terminal.until("ended 0");
    expect(await terminal.ended).toBe(0);
    const { output } = terminal;
    expect(output().lastIndexOf(LEFT)).toBeGreaterThan(output().lastIndexOf(`${escape}[J`));
    // lines are edited by the terminal again
    expect(output().trimEnd().endsWith("\nicanon")).toBe(true);

    const killed = open(`${process.execPath} ${program} costs --live --data ${dataDir}`);
    await killed.until("newton");
    await server.stop();
    await killed.until("The server is away");
    killed.press("\u0003");
    await killed.until("ended 0");
    expect(killed.output()).toContain(LEFT);
  });

  test("says what it needs where there is no terminal, or no server", async () => {
    const dataDir = temporaryFolder();
    const piped = spawnSync(process.execPath, [program, "costs", "--live", "--data", dataDir], { encoding: "utf8" });
    expect([piped.status, piped.stdout]).toEqual([2, ""]);
    expect(piped.stderr).toContain("--live needs a terminal");
    const alone = open(`${process.execPath} ${program} costs --live --data ${dataDir}`);
    await alone.until("ended 2");
    expect(alone.output()).toContain("start one with outlay serve");
    expect(alone.output()).not.toContain(ENTERED);
  });
});
