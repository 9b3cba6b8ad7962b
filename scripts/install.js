// Installs the dependencies exactly as package-lock.json names them, unless they are there already.
// Plain JavaScript for any Node: the Node 24 that everything else needs comes with this installation.
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";

const modifiedMs = (path) => statSync(new URL(`../${path}`, import.meta.url), { throwIfNoEntry: false })?.mtimeMs ?? 0;

// npm writes the second file at the end of a complete installation.
if (modifiedMs("package-lock.json") > modifiedMs("node_modules/.package-lock.json")) {
  const root = new URL("..", import.meta.url);
  const { status } = spawnSync("npm ci --loglevel=error", { cwd: root, shell: true, stdio: "inherit" });
  process.exitCode = status ?? 1;
}
await import("./link-node.js");
