import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { root } from "./source-files.ts";
import { startServer, type RunningServer } from "./start-server.ts";

const readme = readFileSync(join(root, "README.md"), "utf8");
const built = existsSync(join(root, "packages/server/dist/main.js"));

/** The commands of the bash blocks under a heading; a command goes on over lines while a quote is open. */
function commandsUnder(heading: string): string[] {
  const section = readme.split("\n## ").find((text) => text.startsWith(heading)) ?? "";
  const blocks = [...section.matchAll(/```bash\n([^]*?)```/g)].map((match) => match[1]!);
  const commands: string[] = [];
  let open = "";
  for (const line of blocks.flatMap((block) => block.trim().split("\n"))) {
    open += open === "" ? line : `\n${line}`;
    if ((open.split("'").length - 1) % 2 === 1) continue;
    commands.push(open);
    open = "";
  }
  return commands;
}

describe("the two commands", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };

  it("are npm scripts that install first", () => {
    const commands = commandsUnder("Try it").map((command) => /^npm run (\S+)/.exec(command)?.[1]);
    expect(commands).toEqual(["demo", "verify"]);
    for (const name of commands) expect(scripts[name!]).toMatch(/^npm run setup && /);
  });
});

describe.skipIf(!built)("the examples, against the built product", () => {
  const commands = [...commandsUnder("Use it"), ...commandsUnder("Stop it in time")];
  const examples = commands.filter((command) => command !== "npx outlay serve");
  let dataDir: string;
  let server: RunningServer;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "outlay-readme-"));
    server = await startServer({ dataDir, built: true });
  });

  afterAll(async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("start the server as the first one says", () => {
    expect(commandsUnder("Use it")[0]).toBe("npx outlay serve");
    expect(examples.length).toBeGreaterThan(10);
  });

  it.each(examples)("%s", async (example) => {
    const command = example.replaceAll("http://localhost:4100", server.url);
    const { code, stdout, stderr } = await run(command, dataDir);
    expect(code, stderr + stdout).toBe(0);
    expect(stdout.trim()).not.toBe("");
    if (example.startsWith("curl")) expect(JSON.parse(stdout)).toBeTypeOf("object");
    // All examples are about the one call that the first of them records.
    if (example.includes("/events ")) expect(JSON.parse(stdout)).toMatchObject({ accepted: 1, ids: ["call-1"] });
    if (example.includes("/query?metrics=cost,calls,tokens")) {
      expect(JSON.parse(stdout)).toMatchObject({ totals: { calls: 1, tokens: 12_900 } });
    }
    if (example.includes("outlay rate"))
      expect(JSON.parse(stdout)).toMatchObject({ basis: "rated", costUsd: "0.0045" });
  });
});

/** Not every machine has curl. */
const CURL = `curl() { node "${join(root, "test/curl.ts")}" "$@"; }`;

async function run(command: string, dataDir: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn("bash", ["-e", "-o", "pipefail", "-c", `${CURL}\n${command}`], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, OUTLAY_DATA: dataDir, NO_COLOR: "1" },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stdout, stderr };
}
