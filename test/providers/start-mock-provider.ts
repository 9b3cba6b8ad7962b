import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

import type { LoggedRequest } from "../../packages/server/src/mock-provider/request-log.ts";

/** A mock provider in a process of its own, as users start it. */
export interface RunningMock {
  url: string;
  /** What it received, oldest first. */
  requests(): Promise<LoggedRequest[]>;
  stop(): Promise<number | null>;
}

const main = join(import.meta.dirname, "../../packages/server/src/main.ts");

/** Starts it on a free port. `behave` is for all requests. */
export async function startMock(behave = ""): Promise<RunningMock> {
  const args = ["--conditions=source", main, "mock-provider", "--port", "0", "--json", "--behave", behave];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const killIt = () => void child.kill("SIGKILL");
  process.once("exit", killIt);
  const exited = once(child, "exit") as Promise<[number | null]>;
  void exited.then(() => process.off("exit", killIt));
  const firstLine = once(createInterface(child.stdout), "line") as Promise<[string]>;
  const [line] = await Promise.race([firstLine, exited.then(([code]) => Promise.reject(new Error(`ended: ${code}`)))]);
  const { url } = JSON.parse(line) as { url: string };
  return {
    url,
    async requests() {
      const answer = (await (await fetch(`${url}/mock/requests`)).json()) as { requests: LoggedRequest[] };
      return answer.requests;
    },
    async stop() {
      child.kill("SIGTERM");
      return (await exited)[0];
    },
  };
}
