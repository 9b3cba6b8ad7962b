import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { onTestFinished } from "vitest";

import { temporaryFolder } from "../temporary-folder.ts";

const run = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: "ignore" }).status === 0;

/** A small disk where mounting is allowed; otherwise a limit on the size of each file that the program behind `prefix` may write. */
export function smallDisk(sizeKb: number): { dataDir: string; prefix?: string[]; makeRoom(): void } {
  const folder = join(temporaryFolder(), "disk");
  mkdirSync(folder);
  if (run("mount", "-t", "tmpfs", "-o", `size=${sizeKb}k`, "tmpfs", folder)) {
    onTestFinished(() => void run("umount", "-l", folder));
    return { dataDir: folder, makeRoom: () => void run("mount", "-o", "remount,size=200m", folder) };
  }
  const limited = ["bash", "-c", `trap "" XFSZ; ulimit -f ${Math.ceil((sizeKb * 2) / 3)}; exec "$0" "$@"`];
  return { dataDir: folder, prefix: limited, makeRoom: () => undefined };
}
