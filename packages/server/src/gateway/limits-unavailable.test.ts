import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, it, onTestFinished } from "vitest";

import { openEstimates } from "../estimates/estimates.ts";
import { openLedger } from "../ledger/open-ledger.fixture.ts";
import { openLearnedSizes } from "../limits/learned-sizes.ts";
import { openLimits, type Limits } from "../limits/limits.ts";
import { watchStorage } from "../storage/watch-storage.ts";
import { createGateway } from "./gateway.ts";
import { gatewayUpstreams } from "./upstreams.ts";

const answer = JSON.stringify({
  object: "chat.completion",
  model: "small",
  choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
});

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A gateway over a store that cannot add up what was spent as long as it is told so. */
async function openGateway(): Promise<{ url: string; limits: Limits; store: { fails: boolean }; log: string[] }> {
  const ledger = await openLedger("2026-11-22T12:00:00Z");
  const dataDir = mkdtempSync(join(tmpdir(), "outlay-unavailable-"));
  const store = { fails: false };
  const sum = ledger.storage.sum.bind(ledger.storage);
  ledger.storage.sum = async (question) => {
    if (store.fails) throw new Error("disk is gone");
    return sum(question);
  };
  const { limits, watch } = await openLimits({ storage: ledger.storage, dataDir, now: ledger.now, timeZone: "UTC" });
  ledger.storage = watchStorage(ledger.storage, watch);
  const provider = await listening((_, outgoing) => {
    outgoing.writeHead(200, { "content-type": "application/json" }).end(answer);
  });
  const estimates = await openEstimates({ storage: ledger.storage });
  const log: string[] = [];
  const gateway = createGateway({
    ledger,
    keys: null,
    estimates,
    upstreams: gatewayUpstreams({
      settings: { test: { baseUrl: provider } },
      mockProviders: null,
      environment: {},
    }),
    limits: { limits, sizes: await openLearnedSizes(ledger.storage) },
    objectionTo: () => null,
    callers: { isOpen: () => true, signedIn: async () => null, addressOf: () => null },
    logFailure: (where, error) => log.push(`${where}: ${String(error)}`),
  });
  const url = await listening((incoming, outgoing) => gateway.handle(incoming, outgoing));
  onTestFinished(async () => {
    await gateway.close();
    await Promise.all([limits.close(), estimates.close()]);
    await ledger.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return { url: `${url}/gateway/test/v1/chat/completions`, limits, store, log };
}

function ask(url: string, user: string): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", "x-outlay-user": user },
    body: JSON.stringify({ model: "small", max_tokens: 10, messages: [{ role: "user", content: "Hi" }] }),
  });
}

it("holds calls of strict limits while nothing can be counted, and lets all others go on with a warning", async () => {
  const { url, limits, store, log } = await openGateway();
  await limits.create(
    { name: "strict", amountUsd: 1, period: "day", filters: ["user:alice"], enforcement: { strict: true } },
    "test",
  );
  await limits.create({ name: "usual", amountUsd: 1, period: "day", filters: ["user:bob"] }, "test");
  store.fails = true;
  const held = await ask(url, "alice");
  expect([held.status, held.headers.get("retry-after"), await held.json()]).toMatchObject([
    503,
    "5",
    { error: { code: "limits_unavailable", type: "server_error" } },
  ]);
  const passed = await ask(url, "bob");
  expect([passed.status, passed.headers.get("x-outlay-warning")]).toEqual([200, "limits could not be checked"]);
  expect((await ask(url, "carol")).headers.get("x-outlay-warning")).toBeNull();
  expect(log).toContainEqual("gateway limits: Error: disk is gone");

  store.fails = false;
  const again = await ask(url, "alice");
  expect([again.status, again.headers.get("x-outlay-warning")]).toEqual([200, null]);
  expect(Number(again.headers.get("x-outlay-limit-remaining-usd"))).toBeGreaterThan(0.9);
});

it("asks nobody where nothing is limited", async () => {
  const { url, limits, store } = await openGateway();
  limits.lease = () => {
    throw new Error("nobody should ask");
  };
  store.fails = true;
  const passed = await ask(url, "alice");
  const names = [...passed.headers.keys()].filter((name) => name.startsWith("x-outlay-"));
  expect([passed.status, names]).toEqual([200, ["x-outlay-cost-usd", "x-outlay-event-id"]]);
});
