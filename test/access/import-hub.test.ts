import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { temporaryFolder } from "../temporary-folder.ts";
import { outlay, startAccountServer, startWithAdministrator } from "./account-server.ts";

/** Several machines send the logs of coding tools to one server with accounts. */

const line = (id: string, outputTokens: number) =>
  `${JSON.stringify({
    type: "assistant",
    sessionId: "one",
    timestamp: "2026-06-20T10:00:00.000Z",
    message: { id, model: "claude-sonnet-4-5", usage: { input_tokens: 0, output_tokens: outputTokens } },
  })}\n`;

function machineWith(files: Record<string, string>): string {
  const folder = temporaryFolder();
  const project = join(folder, "projects", "-home-dev-app");
  mkdirSync(project, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(project, `${name}.jsonl`), content);
  return folder;
}

interface Imported {
  tools: { recorded: number; grown: number; known: number; unchangedFiles: number; costUsd: number }[];
}

async function importTo(url: string, key: string, machine: string, folder: string): Promise<Imported["tools"][0]> {
  const args = ["import", "claude-code", "--to", url, "--machine", machine, "--json"];
  const { stdout } = await outlay(args, { env: { OUTLAY_KEY: key, CLAUDE_CONFIG_DIR: folder } });
  return (JSON.parse(stdout) as Imported).tools[0]!;
}

async function makeKey(dataDir: string, name: string, scope: string): Promise<{ token: string; id: string }> {
  const { stdout } = await outlay(["keys", "create", name, "--scope", scope, "--json", "--data", dataDir]);
  const { token, key } = JSON.parse(stdout) as { token: string; key: { id: string } };
  return { token, id: key.id };
}

async function callsIn(dataDir: string): Promise<number> {
  const { stdout } = await outlay(["query", "metrics=calls", "period=all", "--json", "--data", dataDir]);
  return (JSON.parse(stdout) as { totals: { calls: number } }).totals.calls;
}

it("machines with keys of their own: what they share counts once, and no key goes further than it may", async () => {
  const { server } = await startWithAdministrator();
  const { url, dataDir } = server;
  const laptop = machineWith({ a: line("a", 100), shared: line("b", 8) });
  const desktop = machineWith({ shared: line("b", 301), c: line("c", 100) });
  const key = await makeKey(dataDir, "laptop", "ingest");
  const other = await makeKey(dataDir, "desktop", "ingest");
  const reader = await makeKey(dataDir, "report", "read");

  await expect(importTo(url, "", "laptop", laptop)).rejects.toMatchObject({ code: 1, stderr: /sign_in_required/ });
  await expect(importTo(url, "outlay_nonsense", "laptop", laptop)).rejects.toMatchObject({ code: 1 });
  await expect(importTo(url, reader.token, "laptop", laptop)).rejects.toMatchObject({ stderr: /key_without_scope/ });
  expect(await callsIn(dataDir)).toBe(0);

  // at 15 dollars a million
  expect(await importTo(url, key.token, "laptop", laptop)).toMatchObject({ recorded: 2, grown: 0, costUsd: 0.00162 });
  expect(await importTo(url, other.token, "desktop", desktop)).toMatchObject({ recorded: 1, grown: 1, known: 0 });
  expect(await importTo(url, key.token, "laptop", laptop)).toMatchObject({ recorded: 0, unchangedFiles: 2 });
  // what one key says of its files is not believed of another's
  expect(await importTo(url, other.token, "laptop", laptop)).toMatchObject({ known: 2, unchangedFiles: 0 });
  expect(await callsIn(dataDir)).toBe(3);

  await outlay(["keys", "revoke", key.id, "--data", dataDir]);
  writeFileSync(join(laptop, "projects", "-home-dev-app", "new.jsonl"), line("d", 1));
  await expect(importTo(url, key.token, "laptop", laptop)).rejects.toMatchObject({ code: 1 });
  expect(await callsIn(dataDir)).toBe(3);
}, 180_000);

it("a server that is killed in the middle and started again: nothing is lost, nothing counts twice", async () => {
  const first = await startAccountServer();
  const { port } = new URL(first.url);
  const CALLS = 24_000;
  const files = Array.from({ length: 24 }, (_, file): [string, string] => {
    const lines = Array.from({ length: CALLS / 24 }, (__, number) => line(`m-${file}-${number}`, 10));
    return [`file-${file}`, lines.join("")];
  });
  const laptop = machineWith(Object.fromEntries(files));

  const importing = importTo(first.url, "", "laptop", laptop);
  const outcome = importing.then(
    ({ recorded }) => recorded,
    () => null,
  );
  while (((await (await fetch(`${first.url}/api/v1/events?limit=1`)).json()) as { events: [] }).events.length === 0);
  await first.kill();
  const second = await startAccountServer({ dataDir: first.dataDir, args: ["--port", port] });
  // it may have waited for the server, or have given up
  const recorded = await outcome;
  const again = await importTo(second.url, "", "laptop", laptop);
  if (recorded !== null) expect(again).toMatchObject({ recorded: 0, unchangedFiles: 24 });
  expect(await callsIn(second.dataDir)).toBe(CALLS);
}, 180_000);
