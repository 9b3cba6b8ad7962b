import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A real Outlay in a process of its own. */
export interface RunningServer {
  url: string;
  pid: number;
  dataDir: string;
  /** Asks it to end, and waits until it has; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** What it has printed so far. */
  output(): string;
}

const root = join(import.meta.dirname, "..");
const SOURCE = ["--conditions=source", join(root, "packages/server/src/main.ts")];
const BUILT = [join(root, "packages/server/bin/outlay.js")];

/**
 * Starts the server on a free port and resolves when it answers. `built` runs what `npm run build` made instead of
 * the sources, `node` is another runtime, `prefix` a program that becomes it.
 * Rejects with what it printed when it ends instead.
 */
export async function startServer(options: {
  dataDir: string;
  built?: boolean;
  /** `bin/outlay.js` of another build. */
  program?: string;
  node?: string;
  nodeArgs?: string[];
  prefix?: string[];
  args?: string[];
  env?: Record<string, string>;
  startLimitMs?: number;
}): Promise<RunningServer> {
  const { dataDir, startLimitMs = 60_000 } = options;
  const [program, ...args] = [
    ...(options.prefix ?? []),
    options.node ?? process.execPath,
    ...(options.nodeArgs ?? []),
    ...(options.program !== undefined ? [options.program] : options.built ? BUILT : SOURCE),
    "serve",
    "--data",
    dataDir,
    "--port",
    "0",
    ...(options.args ?? []),
  ];
  const child = spawn(program!, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, OUTLAY_REFRESH_PRICES: "off", ...options.env },
  });
  // Nothing that failed or was interrupted leaves a server behind.
  const killIt = () => void child.kill("SIGKILL");
  process.once("exit", killIt);
  child.once("exit", () => process.off("exit", killIt));
  const exited = once(child, "exit") as Promise<[number | null]>;
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));

  const deadlineMs = performance.now() + startLimitMs;
  for (;;) {
    const url = await answeringUrl(dataDir, child.pid!);
    if (url !== null) {
      return {
        url,
        pid: child.pid!,
        dataDir,
        output: () => output,
        async stop() {
          child.kill("SIGTERM");
          return (await exited)[0];
        },
        async kill() {
          child.kill("SIGKILL");
          await exited;
        },
      };
    }
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`The server ended at start:\n${output}`);
    if (performance.now() > deadlineMs) {
      child.kill("SIGKILL");
      throw new Error(`The server did not answer within ${startLimitMs} ms:\n${output}`);
    }
    await sleep(10);
  }
}

/** The running server's address, once it stands in the data folder and answers. */
async function answeringUrl(dataDir: string, pid: number): Promise<string | null> {
  try {
    const running = JSON.parse(readFileSync(join(dataDir, "server.json"), "utf8")) as { pid: number; url: string };
    if (running.pid !== pid) return null;
    const answer = await fetch(`${running.url}/api/health`);
    await answer.body?.cancel();
    return answer.ok ? running.url : null;
  } catch {
    return null;
  }
}
