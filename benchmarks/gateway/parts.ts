import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** One way to the provider. */
export interface Way {
  name: string;
  url: string;
  headers: Record<string, string>;
}

/** Starts a file of this folder that prints where it listens. It is put among `children`, for the caller to end. */
export async function startPart(children: ChildProcess[], file: string, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [join(import.meta.dirname, file), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return line;
}

/** Calls it from a process of its own; see load.ts for the modes. */
export async function load(
  way: Way,
  mode: "closed" | "fixed" | "streams",
  count: number,
  limitMs: number,
): Promise<{ perSecond?: number; medianMs?: number; calls?: number }> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "load.ts"), way.url, mode, String(count), String(limitMs)],
    { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, HEADERS: JSON.stringify(way.headers) } },
  );
  let output = "";
  child.stdout.on("data", (bytes: Buffer) => (output += bytes.toString()));
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`calling ${way.name} failed`);
  return JSON.parse(output) as { perSecond?: number; medianMs?: number; calls?: number };
}
