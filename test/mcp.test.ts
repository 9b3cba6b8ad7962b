import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { expect, onTestFinished, test } from "vitest";
import { postJson, record } from "./api.ts";
import { startServer } from "./start-server.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The command as an assistant's program starts it, asked by the official client. */
const program = join(import.meta.dirname, "../packages/server/bin/outlay.js");

interface Answer {
  isError?: boolean;
  content: { type: string; text: string }[];
  structuredContent: Record<string, unknown>;
}

async function connect(args: string[], env: Record<string, string> = {}) {
  const client = new Client({ name: "test", version: "1.0.0" });
  const inherited = { PATH: process.env["PATH"]!, HOME: temporaryFolder(), OUTLAY_REFRESH_PRICES: "off" };
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [program, "mcp", ...args],
    env: { ...inherited, ...env },
    stderr: "pipe",
  });
  let said = "";
  transport.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await client.connect(transport);
  onTestFinished(() => client.close());
  return {
    client,
    call: async (name: string, input: Record<string, unknown> = {}) =>
      (await client.callTool({ name, arguments: input })) as unknown as Answer,
    said: () => said,
  };
}

/** The same tools, asked at the server's address. */
async function connectTo(serverUrl: string, token: string) {
  const client = new Client({ name: "test", version: "1.0.0" });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  const transport = new StreamableHTTPClientTransport(new URL("/mcp", serverUrl), { requestInit });
  // the SDK's class and its own interface differ in `| undefined`
  await client.connect(transport as Parameters<Client["connect"]>[0]);
  onTestFinished(() => client.close());
  return client;
}

const call = (user: string, model: string, outputTokens: number) => ({
  id: `${user}-${model}-${outputTokens}`,
  occurredAt: new Date().toISOString(),
  provider: "openai",
  model,
  user,
  project: "shop",
  session: `of-${user}`,
  usage: { inputTokens: 0, outputTokens },
});

test("an assistant asks a running server and a data folder, sees what its key may, and changes nothing unless it was allowed", async () => {
  const dataDir = temporaryFolder();
  const server = await startServer({ dataDir, built: true });
  // gpt-4o: $10 for a million tokens out
  await record(server.url, [
    call("mia", "gpt-4o", 100_000),
    call("otto", "gpt-4o", 200_000),
    call("otto", "unheard-of", 5),
  ]);
  await postJson(`${server.url}/api/v1/budgets`, { name: "all", amountUsd: 10, period: { unit: "month" } });
  const reading = await connect(["--data", dataDir]);

  const { tools } = await reading.client.listTools();
  expect(tools.map(({ name }) => name).toSorted()).toEqual(
    [
      "budgets",
      "compare",
      "costs",
      "estimate_call",
      "forecast",
      "limits",
      "prices",
      "sessions",
      "summary",
      "top",
    ].toSorted(),
  );
  expect(tools.every(({ annotations, description }) => annotations?.readOnlyHint === true && description !== "")).toBe(
    true,
  );
  expect((await reading.call("set_budget", { name: "all", amountUsd: 1 })).isError).toBe(true);

  const costs = await reading.call("costs", { by: ["user"], metrics: ["cost", "calls"], period: "today" });
  expect(costs.structuredContent).toMatchObject({
    totals: { cost: 3, calls: 3 },
    rows: [
      { user: "otto", cost: 2, calls: 2 },
      { user: "mia", cost: 1, calls: 1 },
    ],
  });
  expect(costs.content[0]!.text).toContain("| otto | $2.00 | 2 |");
  expect(costs.content[0]!.text).toContain("1 call has no known price");
  expect((await reading.call("summary", { period: "7d" })).content[0]!.text).toContain("$3.00");
  expect((await reading.call("top", { by: "model" })).content[0]!.text).toContain("| gpt-4o | $3.00 | 100.0 % | 2 |");
  expect((await reading.call("sessions")).structuredContent).toMatchObject({
    sessions: [{ session: "of-otto" }, { session: "of-mia" }],
  });
  expect((await reading.call("budgets")).content[0]!.text).toMatch(/\| all \| \$10\.00 a month \| \$3\.00 \| 30 % \|/);
  expect((await reading.call("limits")).structuredContent).toMatchObject({ limits: [{ name: "all", kind: "budget" }] });
  expect((await reading.call("forecast")).structuredContent).toMatchObject({ thisMonth: { spent: 3 } });
  expect((await reading.call("compare", { period: "7d", by: "user" })).structuredContent).toMatchObject({
    now: 3,
    before: 0,
  });
  expect((await reading.call("prices", { provider: "openai", model: "gpt-4o" })).content[0]!.text).toContain(
    "| output | 10 |",
  );
  const unknown = await reading.call("prices", { provider: "openai", model: "unheard-of" });
  expect(unknown.content[0]!.text).toMatch(/^No price is known/);
  const estimate = { provider: "openai", model: "gpt-4o", inputTokens: 1_000, outputTokens: 100, calls: 3 };
  expect((await reading.call("estimate_call", estimate)).structuredContent).toMatchObject({ totalUsd: 0.0105 });
  expect((await reading.call("estimate_call", { ...estimate, model: "unheard-of" })).structuredContent).toMatchObject({
    totalUsd: null,
  });
  expect(await reading.call("costs", { by: ["moddel"] })).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining("did you mean model?") as string }],
    structuredContent: { error: { code: "unknown_dimension", field: "by" } },
  });
  expect((await reading.call("costs", { period: "fortnight" })).isError).toBe(true);
  const { contents } = await reading.client.readResource({ uri: "outlay://vocabulary" });
  expect(JSON.stringify(contents)).toContain("cacheReadTokens");
  expect(reading.said()).toBe("");

  const narrow = await postJson(`${server.url}/api/v1/keys`, {
    name: "mia",
    scopes: ["read"],
    attribution: { user: "mia" },
  });
  const { token } = (await narrow.json()) as { token: string };
  const hers = await connect(["--server", server.url, "--allow-writes"], { OUTLAY_KEY: token });
  expect((await hers.call("costs", { period: "today" })).structuredContent).toMatchObject({
    totals: { cost: 1, calls: 1 },
  });
  expect(await hers.call("set_budget", { name: "mine", amountUsd: 1 })).toMatchObject({
    isError: true,
    structuredContent: { error: { code: "key_without_scope" } },
  });

  const overHttp = await connectTo(server.url, token);
  expect((await overHttp.listTools()).tools).toEqual(tools);
  expect(await overHttp.callTool({ name: "costs", arguments: { period: "today" } })).toMatchObject({
    structuredContent: { totals: { cost: 1, calls: 1 } },
  });
  expect((await overHttp.readResource({ uri: "outlay://vocabulary" })).contents).toEqual(contents);
  const answers = await Promise.all([
    overHttp.callTool({ name: "set_budget", arguments: { name: "mine", amountUsd: 1 } }),
    overHttp.callTool({ name: "costs", arguments: { by: ["moddel"] } }),
    overHttp.callTool({ name: "budgets", arguments: {} }),
  ]);
  expect(answers.map(({ isError }) => isError)).toEqual([true, true, undefined]);
  const adding = await postJson(`${server.url}/api/v1/keys`, { name: "adding", scopes: ["ingest"], attribution: {} });
  await expect(connectTo(server.url, ((await adding.json()) as { token: string }).token)).rejects.toThrow(
    "key_without_scope",
  );
  await expect(connectTo(server.url, "outlay_nobody")).rejects.toThrow(/unknown_key/);
  const page = await fetch(`${server.url}/mcp`);
  expect([page.status, page.headers.get("allow")]).toEqual([405, "OPTIONS, POST"]);

  await server.stop();
  // nobody serves the folder any more: it is opened for the question
  const writing = await connect(["--data", dataDir, "--allow-writes"]);
  expect((await writing.call("costs", { period: "today" })).structuredContent).toMatchObject({ totals: { cost: 3 } });
  expect((await writing.call("set_budget", { name: "all", amountUsd: 20 })).content[0]!.text).toContain(
    "before: $10.00",
  );
  expect(
    (await writing.call("set_budget", { name: "day", amountUsd: 2, period: "day" })).structuredContent,
  ).toMatchObject({ kind: "budget" });
  expect(
    (await writing.call("raise_limit", { limit: "nobody", amountUsd: 5, until: "2099-01-01", reason: "x" }))
      .structuredContent,
  ).toMatchObject({
    error: { code: "limit_not_found" },
  });
  expect((await writing.call("budgets")).structuredContent).toMatchObject({
    budgets: [{ limit: { amountUsd: 20 } }, {}],
  });
});
