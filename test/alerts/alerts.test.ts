import { EventSource } from "eventsource";
import { expect, it, onTestFinished } from "vitest";

import { get, postJson, record } from "../api.ts";
import { startServer, type RunningServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { startHttpReceiver } from "./receivers.ts";

const eventually = <T>(value: () => T) => expect.poll(value, { timeout: 60_000, interval: 20 });

interface AlertsAnswer {
  alerts: { id: string; title: string; state: string; severity: string; limit: { percent: number } | null }[];
}
interface HistoryAnswer {
  entries: { id: string; what: string; title: string; muted: boolean }[];
}

async function start(dataDir: string): Promise<RunningServer> {
  const server = await startServer({ dataDir, env: { OUTLAY_ALLOW_INTERNAL_WEBHOOKS: "on" } });
  onTestFinished(() => server.kill());
  return server;
}

async function make(server: RunningServer, path: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await postJson(server.url + path, body);
  const json = (await answer.json()) as Record<string, unknown>;
  expect(answer.status, JSON.stringify(json)).toBe(200);
  return json;
}

/** One call for so many dollars: a million tokens in cost $2.50. */
function spend(server: RunningServer, usd: number, rest: object = {}) {
  const usage = { inputTokens: Math.round(usd * 400_000) };
  return record(server.url, [{ provider: "openai", model: "gpt-4o", user: "ada", usage, ...rest }]);
}

it("a budget's thresholds reach a webhook at once, each once, whatever is killed in between", async () => {
  const receiver = await startHttpReceiver();
  const dataDir = temporaryFolder();
  let server = await start(dataDir);
  await make(server, "/api/v1/channels", { name: "hook", kind: "webhook", settings: { url: receiver.url } });
  await make(server, "/api/v1/limits", { name: "Shop", kind: "budget", amountUsd: 10, period: "month" });

  for (const [usd, title] of [
    [7, "Budget Shop is at 70 %"],
    [2, "Budget Shop is at 90 %"],
    [2, "Budget Shop is at 110 %"],
  ] as const) {
    await spend(server, usd);
    // in the middle of telling
    await server.kill();
    server = await start(dataDir);
    await eventually(() => receiver.received.map(({ body }) => body).join()).toContain(title);
  }
  const ids = new Set(receiver.received.map(({ headers }) => headers["webhook-id"]));
  expect(ids.size).toBe(3);

  // after one more restart nothing is told again, and the list still has it
  await server.kill();
  server = await start(dataDir);
  await spend(server, 0.01);
  const { alerts } = await get<AlertsAnswer>(server.url, "/api/v1/alerts");
  expect(alerts.find(({ limit }) => limit !== null)).toMatchObject({ state: "open", severity: "emergency" });
  const { entries } = await get<HistoryAnswer>(server.url, "/api/v1/alerts/history");
  const told = entries.filter(({ title }) => title.startsWith("Budget Shop is at")).map(({ what }) => what);
  expect(told).toEqual(["escalated", "escalated", "fired"]);
});

it("the live stream carries alerts and budgets, and resumes with those that were missed", async () => {
  const server = await start(temporaryFolder());
  await make(server, "/api/v1/limits", { name: "Each", kind: "budget", amountUsd: 1, period: "day", each: "user" });
  const heard: string[] = [];
  let lastEventId = "";
  const listen = (query = "") => {
    const source = new EventSource(`${server.url}/api/v1/stream${query}`);
    onTestFinished(() => source.close());
    for (const name of ["usage", "alert", "budget"]) {
      source.addEventListener(name, (message) => {
        const data = JSON.parse(message.data) as Record<string, unknown>;
        heard.push(name === "alert" ? `alert ${String(data["title"])}` : name);
        if (name === "budget") expect(data).toMatchObject({ name: "Each", amountUsd: 1, percent: expect.any(Number) });
        lastEventId = message.lastEventId;
      });
    }
    return source;
  };
  const source = listen();
  await eventually(() => source.readyState).toBe(EventSource.OPEN);
  await spend(server, 0.8);
  await eventually(() => heard.toSorted()).toEqual(["alert Budget Each (ada) is at 80 %", "budget", "usage"]);

  source.close();
  heard.length = 0;
  await spend(server, 0.95, { user: "bob" });
  await eventually(async () => (await get<AlertsAnswer>(server.url, "/api/v1/alerts")).alerts.length).toBe(2);
  const resumed = listen(`?lastEventId=${lastEventId}`);
  await eventually(() => heard.toSorted()).toEqual(["alert Budget Each (bob) is at 95 %", "budget", "usage"]);
  resumed.close();

  const wrong = await fetch(`${server.url}/api/v1/stream?lastEventId=yesterday`);
  expect([wrong.status, await wrong.json()]).toMatchObject([400, { field: "lastEventId" }]);
});

it("without any set-up a model without a price is in the list", async () => {
  const dataDir = temporaryFolder();
  let server = await start(dataDir);
  await record(server.url, [{ provider: "openai", model: "not-yet-known", usage: { inputTokens: 1_000 } }]);
  // the first look comes some seconds after the start
  await server.kill();
  server = await start(dataDir);
  await eventually(async () => (await get<AlertsAnswer>(server.url, "/api/v1/alerts")).alerts).toMatchObject([
    { title: "not-yet-known of openai has no price", state: "open", severity: "warning" },
  ]);
});
