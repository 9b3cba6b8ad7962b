import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { onTestFinished } from "vitest";

import type { Counters, NodeOptions, Warning } from "../../packages/sdk/src/node/index.ts";

export interface ApplicationPlan {
  /** Begins the ids of its calls: `<name>-0`, `<name>-1`, … */
  name: string;
  options: Omit<NodeOptions, "onWarning">;
  /** Calls that it tracks at once when it starts. */
  track?: number;
  /** Waits until the spool has them. */
  spoolFirst?: boolean;
  /** After so many calls others get their turn. */
  pauseEvery?: number;
  /** How it ends: by itself, by `process.exit`, by an error; or it stays. */
  ending?: "end" | "exit" | "throw" | "stay";
  ownSignalHandler?: boolean;
}

export interface Order {
  track?: { from: number; count: number };
  /** Milliseconds that it may take. */
  flush?: number;
  close?: number;
  end?: boolean;
}

export interface Report {
  counters: Counters;
  warnings: Warning[];
  /** What `track` threw at its caller. */
  thrown: string[];
  /** Most memory that the process had, in MB. */
  mostMb: number;
  result: unknown;
}

export interface Application {
  child: ChildProcess;
  /** Next report. */
  reported(): Promise<Report>;
  do(order: Order): Promise<Report>;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Starts an application that tracks calls. It lives no longer than the test. `prefix`: a program that becomes it. */
export function startApplication(plan: ApplicationPlan, prefix: string[] = []): Application {
  const [program, ...before] = [...prefix, process.execPath];
  const child = fork(join(import.meta.dirname, "application-process.ts"), [JSON.stringify(plan)], {
    execPath: program!,
    execArgv: [...before, "--conditions=source", "--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout!, child.stderr!])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, "exit").then(([code, signal]) => ({ code, signal }));
  const reported = () =>
    Promise.race([
      once(child, "message").then(([report]) => report as Report),
      ended.then(({ code, signal }) => Promise.reject(new Error(`ended with ${code ?? signal}:\n${output}`))),
    ]);
  return {
    child,
    reported,
    do: (order) => {
      const report = reported();
      child.send(order);
      return report;
    },
    ended,
  };
}
