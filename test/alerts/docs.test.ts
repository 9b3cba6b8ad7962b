import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it, onTestFinished } from "vitest";

import { get } from "../api.ts";
import { root } from "../source-files.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const built = existsSync(join(root, "packages/server/dist/main.js"));
const document = readFileSync(join(root, "docs/alerts.md"), "utf8");

it.skipIf(!built)("docs/alerts.md says only what works, and names every kind of rule", async () => {
  const server = await startServer({ dataDir: temporaryFolder(), built: true });
  onTestFinished(() => void server.stop());
  const commands = [...document.matchAll(/```bash\n([^]*?)```/g)].map((block) => block[1]!).join("");
  const script = `outlay() { node "${join(root, "packages/server/bin/outlay.js")}" "$@"; }\n${commands}`;
  const { code, stderr } = await run(script, server.url);
  expect(code, stderr).toBe(0);

  const { rules } = await get<{ rules: { id: string; kind: string; enabled: boolean; sensitivity?: number }[] }>(
    server.url,
    "/api/v1/alerts/rules",
  );
  expect(rules.find(({ id }) => id === "spike")).toMatchObject({ sensitivity: 4, minimumUsd: 5 });
  expect(rules.find(({ id }) => id === "key-unused")).toMatchObject({ enabled: false });
  const explained = [...document.matchAll(/^\| `(\w+)`/gm)].map((match) => match[1]!);
  expect(explained.toSorted()).toEqual([...new Set(rules.map(({ kind }) => kind))].toSorted());
  const { silences } = await get<{ silences: object[] }>(server.url, "/api/v1/alerts/silences");
  expect(silences).toMatchObject([{ rule: "spike", reason: "load test" }]);
});

async function run(script: string, url: string): Promise<{ code: number | null; stderr: string }> {
  const child = spawn("bash", ["-e", "-c", script], {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, OUTLAY_SERVER: url, NO_COLOR: "1", OUTLAY_TIMEZONE: "UTC" },
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stderr };
}
