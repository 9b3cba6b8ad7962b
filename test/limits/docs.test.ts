import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it, onTestFinished } from "vitest";

import { root } from "../source-files.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const built = existsSync(join(root, "packages/server/dist/main.js"));
/** Every command of docs/limits.md, in order: what is made by one is used by the next. */
const commands = [...readFileSync(join(root, "docs/limits.md"), "utf8").matchAll(/```bash\n([^]*?)```/g)].flatMap(
  (block) => block[1]!.trim().split("\n"),
);

it.skipIf(!built)("docs/limits.md says only what works", { timeout: 240_000 }, async () => {
  const server = await startServer({ dataDir: temporaryFolder(), built: true });
  onTestFinished(() => void server.stop());
  expect(commands.length).toBeGreaterThan(25);
  for (const command of commands) {
    const { code, stdout, stderr } = await run(command.replaceAll("http://localhost:4100", server.url), server.url);
    expect(code, `${command}\n${stderr}${stdout}`).toBe(0);
    expect(stdout.trim(), command).not.toBe("");
    if (!command.startsWith("curl")) continue;
    const answer = JSON.parse(stdout) as Record<string, unknown>;
    expect(answer["code"], `${command}\n${stdout}`).toBeUndefined();
    if (command.includes("/limits/lease "))
      expect(answer).toMatchObject({ allowed: true, lease: { eventId: "call-7" } });
  }

  const refused = await run("outlay limits check openai gpt-5 --user contractor --output 9000000", server.url);
  expect(refused.stdout).toContain(
    'Refused. The limit "strictly" (user contractor, a month) has no room for this call',
  );
  const why = await run(/outlay limits explain \S+/.exec(refused.stdout)![0], server.url);
  expect(why.stdout).toContain('"strictly" (user contractor, a month) had $0.00 of $25.00 spent');

  const { limits } = (await (await fetch(`${server.url}/api/v1/limits`)).json()) as {
    limits: { name: string; kind: string }[];
  };
  expect(limits.filter(({ kind }) => kind === "budget").map(({ name }) => name)).toEqual(["everything", "research"]);
  const names = limits.map(({ name }) => name);
  for (const name of ["each user", "shop", "a conversation", "strictly", "Each user, a week"])
    expect(names).toContain(name);
  // `--session off` took that one away.
  expect(names).not.toContain("Each session");
});

/** As in a terminal; not every machine has curl. */
async function run(command: string, url: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const functions = [
    `outlay() { node "${join(root, "packages/server/bin/outlay.js")}" "$@"; }`,
    `curl() { node "${join(root, "test/curl.ts")}" "$@"; }`,
  ];
  const child = spawn("bash", ["-e", "-c", [...functions, command].join("\n")], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, OUTLAY_SERVER: url, NO_COLOR: "1", OUTLAY_TIMEZONE: "UTC" },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stdout, stderr };
}
