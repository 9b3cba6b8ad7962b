import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { get } from "./api.ts";
import { startServer } from "./start-server.ts";

/** The built command, as Claude Code runs it. */
const program = join(import.meta.dirname, "../packages/server/bin/outlay.js");
const golden = join(import.meta.dirname, "../packages/server/src/importers/claude-code/golden");

const folder = mkdtempSync(join(tmpdir(), "outlay-statusline-"));
const dataDir = join(folder, "data");

beforeAll(() => cpSync(golden, join(folder, ".claude"), { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const told = (session: string, usedPercent: number) =>
  JSON.stringify({
    session_id: session,
    model: { display_name: "Opus" },
    rate_limits: { five_hour: { used_percentage: usedPercent, resets_at: 4_000_000_000 } },
  });

function statusline(input: string, ...args: string[]): string {
  const { OUTLAY_SERVER: _, ...inherited } = process.env;
  const env = {
    ...inherited,
    HOME: folder,
    CLAUDE_CONFIG_DIR: "",
    XDG_CONFIG_HOME: "",
    OUTLAY_REFRESH_PRICES: "off",
  };
  const ended = spawnSync(process.execPath, [program, "statusline", "--data", dataDir, ...args], {
    input,
    env,
    encoding: "utf8",
  });
  expect(ended.stderr).toBe("");
  expect(ended.status).toBe(0);
  expect(ended.stdout.split("\n")).toHaveLength(2);
  return ended.stdout.trimEnd();
}

async function untilRefreshed(): Promise<void> {
  while (!existsSync(join(dataDir, "statusline.json")) || existsSync(join(dataDir, "statusline.lock"))) await sleep(50);
}

test("prints at once, and the next line knows what the logs say; with a server, and without", async () => {
  expect(statusline("{broken", "--no-import", "--no-color")).toBe("Outlay");
  await untilRefreshed();
  // a session of the logs, which nothing has read yet
  expect(
    statusline(told("s3", 40), "--refresh-interval", "0", "--no-color", "--format", "{model} {session} {limits}"),
  ).toMatch(/^Opus – 5h 40% until /);
  await untilRefreshed();
  const known = JSON.parse(statusline(told("s3", 40), "--json", "--refresh-interval", "1000")) as Record<
    string,
    unknown
  >;
  // by hand: golden.test.ts
  expect(known).toMatchObject({
    session: { value: 0.001_266, label: "local estimate" },
    limits: [{ usedPercent: { value: 40, label: "official" } }],
  });

  const server = await startServer({ dataDir, built: true });
  try {
    expect(statusline(told("s4", 41), "--refresh-interval", "0", "--no-color")).toMatch(/^Opus \|/);
    await untilRefreshed();
    const state = JSON.parse(readFileSync(join(dataDir, "statusline.json"), "utf8")) as { sessions: { id: string }[] };
    expect(state.sessions.map(({ id }) => id)).toEqual(["s4", "s3"]);
    const { ownerToken } = JSON.parse(readFileSync(join(dataDir, "server.json"), "utf8")) as { ownerToken: string };
    expect(ownerToken).toMatch(/^outlay_/);
    expect(await get(server.url, "/api/v1/plan-limits?tool=claude-code")).toMatchObject({
      limits: [
        { account: "default", windows: [{ name: "five_hour", minutes: 300, usedPercent: 41, label: "official" }] },
      ],
    });
    expect(await get(server.url, "/api/v1/statusline?session=s4")).toMatchObject({ session: { calls: 1 } });
  } finally {
    await server.stop();
  }
});
