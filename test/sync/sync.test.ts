import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { expect, it, onTestFinished } from "vitest";

import { get, postJson, record } from "../api.ts";
import { startMock } from "../providers/start-mock-provider.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const main = join(import.meta.dirname, "../../packages/server/src/main.ts");
const KEY = "sk-admin-NOBODY-SHALL-SEE-THIS";
const DAY_MS = 86_400_000;

interface Connection {
  id: string;
  running: boolean;
  requests: number;
  problem: { code: string } | null;
  series: { name: string; coveredTo: string | null }[];
}
interface Reported {
  rows: { day?: string; provider?: string; costUsd: number | null; inputTokens: number }[];
  totals: { costUsd: number | null };
}

it("goes on where it was killed, replaces instead of adding, and is compared, without ever showing its key", async () => {
  const dataDir = temporaryFolder();
  const mock = await startMock();
  onTestFinished(async () => void (await mock.stop()));
  const env = { OUTLAY_SYNC_URLS: JSON.stringify({ openai: `${mock.url}/openai` }), OUTLAY_TIMEZONE: "UTC" };
  const outlay = async (...args: string[]) => {
    const running = promisify(execFile)(process.execPath, ["--conditions=source", main, "--data", dataDir, ...args], {
      env: { ...process.env, ...env, SYNC_KEY: KEY, OUTLAY_REFRESH_PRICES: "off" },
    });
    return running.then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
  };
  const since = new Date(Date.now() - 39 * DAY_MS).toISOString().slice(0, 10);

  let server = await startServer({ dataDir, env });
  const added = await outlay("sync", "add", "openai", "--since", since, "--from-env", "SYNC_KEY");
  expect(added.code, added.stderr).toBe(0);
  const connection = async () => (await get<{ connections: Connection[] }>(server.url, "/api/v1/sync")).connections[0]!;
  const { id } = await connection();
  await postJson(`${server.url}/api/v1/sync/${id}/run`, {});
  while ((await connection()).series.filter(({ coveredTo }) => coveredTo !== null).length < 3) await sleep(20);
  await server.kill();

  server = await startServer({ dataDir, env });
  const before = (await mock.requests()).length;
  const ran = await outlay("sync", "openai", "--json");
  expect(ran.code, ran.stderr).toBe(0);
  // two windows of each of ten series; at least two series were complete before
  expect((await mock.requests()).length - before).toBeLessThanOrEqual(20 - 2);
  const days = async () => (await get<Reported>(server.url, `/api/v1/reported?from=${since}&by=day`)).rows;
  const all = await days();
  expect(all.length).toBeGreaterThanOrEqual(40);
  for (const { costUsd, inputTokens } of all) expect([costUsd, inputTokens]).toEqual([5.69, 6_000_000]);

  // late data of the last two days replace them
  const late = { method: "PUT", body: JSON.stringify({ late: 2_000_000 }) };
  expect((await fetch(`${mock.url}/mock/organisation`, late)).status).toBe(200);
  expect((await postJson(`${server.url}/api/v1/sync/${id}/run`, { wait: true })).status).toBe(200);
  const after = await days();
  expect(after.map(({ costUsd }) => costUsd)).toEqual([...all.slice(0, -3).map(() => 5.69), 8.19, 8.19, 8.19]);

  // recorded calls stay in sums of their own; both are held against each other
  const day = all[10]!.day!;
  const next = all[11]!.day!;
  const usage = { inputTokens: 1_000_000, cacheReadTokens: 800_000, outputTokens: 500_000 };
  await record(server.url, [{ id: "one", provider: "openai", model: "gpt-5", occurredAt: `${day}T10:00:00Z`, usage }]);
  const recorded = await get(server.url, `/api/v1/query?metrics=cost,calls&from=${day}&to=${next}`);
  expect(recorded.totals).toMatchObject({ cost: 5.35, calls: 1 });
  const compared = await outlay("reconcile", "--from", day, "--to", next, "--json");
  expect(compared.code).toBe(0);
  expect(JSON.parse(compared.stdout)).toMatchObject({
    providers: [
      {
        provider: "openai",
        recordedUsd: 5.35,
        reportedUsd: 5.69,
        billedUsd: 5.69,
        differenceUsd: 0.34,
        explanations: [{ reason: "not_recorded", amountUsd: 0.34 }],
        unexplainedUsd: 0,
        withinTolerance: true,
      },
    ],
  });
  const strict = await outlay("reconcile", "--from", day, "--to", next, "--tolerance-usd", "0.1");
  expect(strict.code).toBe(1);
  expect(strict.stdout).toContain("Beyond the tolerance of 2 % or $0.10: look into +$0.34");

  // exports of clouds are read where the command runs
  const path = join(temporaryFolder(), "cur.csv");
  const line = `${day}T10:00:00Z,AmazonBedrock,USE1-input-tokens,Usage,1.25,USD,1234`;
  writeFileSync(
    path,
    `line_item_usage_start_date,line_item_product_code,line_item_usage_type,line_item_line_item_type,line_item_unblended_cost,line_item_currency_code,line_item_usage_account_id\n${line}\n${line}\n`,
  );
  expect((await outlay("sync", "aws", "--path", path)).code).toBe(0);
  expect((await outlay("sync", "aws", "--path", path)).code).toBe(0);
  const byProvider = await get<Reported>(server.url, `/api/v1/reported?from=${day}&to=${next}&by=provider`);
  expect(byProvider.rows.map(({ provider, costUsd }) => [provider, costUsd])).toEqual([
    ["openai", 5.69],
    ["aws", 2.5],
  ]);

  const shown = [
    JSON.stringify(await connection()),
    JSON.stringify(await get(server.url, "/api/v1/audit")),
    server.output(),
    added.stdout,
    ran.stdout,
  ].join("\n");
  expect(shown).not.toContain(KEY);
  await server.stop();
});
