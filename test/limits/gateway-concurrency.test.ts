import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";

import { get } from "../api.ts";
import { startMock, type RunningMock } from "../providers/start-mock-provider.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { startLimited, type LimitedGateway } from "./limited-gateway.ts";

let mock: RunningMock;
beforeAll(async () => {
  mock = await startMock();
});
afterAll(() => mock.stop());

const messages = [{ role: "user" as const, content: "How much is the fish?" }];

/** Starts one that ends with the test. */
async function started(dataDir = temporaryFolder()): Promise<LimitedGateway> {
  const gateway = await startLimited(dataDir, mock.url);
  onTestFinished(() => gateway.server.kill());
  return gateway;
}

const clientOf = (gateway: LimitedGateway) =>
  new OpenAI({ apiKey: "sk-mock", baseURL: `${gateway.url}/openai/v1`, maxRetries: 0 });

/** How many of so many calls at once came through. Each of the others was refused as a limit refuses. */
async function passing(client: OpenAI, count: number, model: string, words: string): Promise<number> {
  const call = () =>
    client.chat.completions.create({ model, messages, max_tokens: 100 }, { headers: { "x-mock": words } }).then(
      () => "passed",
      (error: unknown) => {
        if (!(error instanceof OpenAI.RateLimitError)) return String(error);
        return (error.error as { code?: string }).code ?? "no code";
      },
    );
  const outcomes = await Promise.all(Array.from({ length: count }, call));
  const passed = outcomes.filter((outcome) => outcome === "passed").length;
  expect(outcomes.filter((outcome) => outcome === "limit_exceeded")).toHaveLength(count - passed);
  return passed;
}

/** Waits until nothing is set aside any more. */
async function settled(gateway: LimitedGateway, id: string, spentUsd: number): Promise<void> {
  await expect.poll(() => gateway.states(id)).toMatchObject([{ spentUsd, leasedUsd: 0 }]);
}

it.each([
  ["a price for each call", "one-cent", 0.37, 0.37],
  // 100 tokens at most, of which 40 come.
  ["a price for what is generated", "ten-dollars-out", 0.0375, 0.0148],
])("of 500 calls at once 37 pass where there is room for 37: %s", async (_, model, amountUsd, spentUsd) => {
  const gateway = await started();
  const { id } = await gateway.limit({ amountUsd, period: "total", enforcement: { strict: true } });
  expect(await passing(clientOf(gateway), 500, model, "delay=2000; tokens=40")).toBe(37);
  await settled(gateway, id, spentUsd);
  expect(await mock.requests()).toHaveLength(37);
  await fetch(`${mock.url}/mock/requests`, { method: "DELETE" });
});

it("and not one more when the gateway is killed in between, and started again", async () => {
  const dataDir = temporaryFolder();
  const before = await started(dataDir);
  const { id } = await before.limit({ amountUsd: 0.37, period: "total", enforcement: { strict: true } });
  expect(await passing(clientOf(before), 10, "one-cent", "")).toBe(10);
  const running = clientOf(before);
  const cut = Array.from({ length: 10 }, () => {
    return running.chat.completions.create({ model: "one-cent", messages }, { headers: { "x-mock": "hang" } });
  });
  await expect.poll(() => mock.requests()).toHaveLength(20);
  await Promise.all([before.server.kill(), Promise.allSettled(cut)]);

  const after = await started(dataDir);
  const [state] = await after.states(id);
  expect(state!.spentUsd + state!.leasedUsd).toBeCloseTo(0.2, 9);
  expect(await passing(clientOf(after), 480, "one-cent", "delay=1000")).toBe(17);
  // Nothing more, however often it is asked.
  expect(await passing(clientOf(after), 20, "one-cent", "")).toBe(0);
});

it("fifty agents that ask for 64,000 tokens each are not refused under 25 dollars while they spend little", async () => {
  const gateway = await started();
  const { id } = await gateway.limit({ amountUsd: 25, period: "day", each: "agent", filters: ["provider:anthropic"] });
  const all = await gateway.limit({ amountUsd: 25, period: "day" });
  const client = new Anthropic({ apiKey: "sk-mock", baseURL: `${gateway.url}/anthropic`, maxRetries: 0 });
  const ask = (agent: number) =>
    client.messages
      .stream(
        { model: "claude-haiku-4-5", max_tokens: 64_000, messages },
        { headers: { "x-mock": "tokens=60; chunk-delay=10", "x-outlay-agent": `agent-${agent}` } },
      )
      .finalMessage();
  const answers = await Promise.all(Array.from({ length: 50 }, (_, agent) => ask(agent)));
  expect(answers.map(({ stop_reason: reason }) => reason)).toEqual(Array.from({ length: 50 }, () => "end_turn"));
  await expect.poll(() => gateway.states(all.id)).toMatchObject([{ leasedUsd: 0 }]);
  expect(await gateway.states(id)).toHaveLength(50);
  const { totals } = await get(gateway.server.url, "/api/v1/query?metrics=cost,calls&period=today");
  expect(totals).toMatchObject({ calls: 50 });
  expect((await gateway.states(all.id))[0]!.spentUsd).toBeCloseTo(totals["cost"]!, 9);
});
