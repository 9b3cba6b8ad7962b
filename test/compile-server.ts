import { spawnSync } from "node:child_process";
import { join } from "node:path";

/**
 * Before the first test: compiles the server's sources. Each store that a test opens starts two threads, and each command
 * a process; from the cache they start in a fifth of the time.
 */
export function setup(): void {
  spawnSync(process.execPath, ["--conditions=source", join(import.meta.dirname, "../scripts/compile-server.ts")]);
}
