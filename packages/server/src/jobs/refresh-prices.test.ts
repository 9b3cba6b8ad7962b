import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitForUpdate } from "@pydantic/genai-prices";
import { afterEach, expect, test } from "vitest";
import { openPriceBook, type PriceBook } from "../prices/price-book.ts";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import type { RecordedEvent, Storage } from "../storage/storage.ts";
import { refreshPricesJob } from "./refresh-prices.ts";
import { scheduleJobs, type Job } from "./schedule.ts";

const startMs = Date.UTC(2026, 10, 22);
const hourMs = 3_600_000;
const bundled = (await waitForUpdate())!;

const atStart = () => startMs;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

interface World {
  job: Job;
  prices: PriceBook;
  storage: Storage;
  /** How often the public list has been asked for. */
  requests: () => number;
  serve: (body: unknown, status?: number) => void;
  pass: (ms: number) => void;
}

/** The job over a new data folder, with a server that has the public list. */
async function open({ enabled = true }: { enabled?: boolean } = {}): Promise<World> {
  let answer = { body: JSON.stringify(bundled), status: 200 };
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    response.writeHead(answer.status, { connection: "close" }).end(answer.body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  const dataDir = await mkdtemp(join(tmpdir(), "outlay-refresh-"));
  closing.push(() => rm(dataDir, { recursive: true }));
  const storage = await openSqliteStorage({ dataDir });
  closing.push(() => storage.close());
  let nowMs = startMs;
  const now = () => nowMs;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prices.json`;
  const prices = await openPriceBook({ storage, config: { refresh: { enabled, url } }, now });
  return {
    job: refreshPricesJob({ storage, prices, now, version: "1.0.0" }),
    prices,
    storage,
    requests: () => requests,
    serve: (body, status = 200) => {
      answer = { body: typeof body === "string" ? body : JSON.stringify(body), status };
    },
    pass: (ms) => {
      nowMs += ms;
    },
  };
}

/** A copy of the public list with a price set. */
function listWith(model: string, prices: Record<string, number>): unknown {
  const list = JSON.parse(JSON.stringify(bundled)) as { id: string; models: { id: string; prices: unknown }[] }[];
  const { models } = list.find((provider) => provider.id === "openai")!;
  const known = models.find((it) => it.id === model);
  if (known !== undefined) known.prices = prices;
  else models.push(Object.assign({ id: model, prices }, { match: { equals: model } }));
  return list;
}

function inputRate(prices: PriceBook, model: string): string | undefined {
  const match = prices.match("openai", model, startMs + 365 * 24 * hourMs);
  return match.found ? match.version.rates.input : undefined;
}

function unpriced(id: string, model: string): RecordedEvent {
  return {
    id,
    occurredAtMs: startMs,
    provider: "openai",
    model,
    operation: "chat",
    success: true,
    source: "test",
    usage: { inputTokens: 1_000_000 },
    basis: "unpriced",
    costNanoUsd: null,
    computedNanoUsd: null,
    reportedNanoUsd: null,
    cacheSavingsNanoUsd: 0,
    avoidedNanoUsd: 0,
    priceId: null,
    approximate: false,
  } as RecordedEvent;
}

test("the list is fetched once a day, and prices what had no price", async () => {
  const { job, prices, storage, requests, serve, pass } = await open();
  await storage.appendEvents([unpriced("a", "brand-new")]);
  serve(listWith("brand-new", { input_mtok: 2, output_mtok: 4 }));
  await job.run();
  expect(requests()).toBe(1);
  expect(inputRate(prices, "brand-new")).toBe("2");
  expect(await storage.getEvent("a")).toMatchObject({ basis: "rated", costNanoUsd: 2_000_000_000 });

  pass(23 * hourMs);
  await job.run();
  expect(requests()).toBe(1);
  pass(hourMs);
  await job.run();
  expect(requests()).toBe(2);
});

test("nothing is fetched when the refresh is off, but what this version knows is still priced", async () => {
  const { job, prices, storage, requests } = await open({ enabled: false });
  await storage.appendEvents([unpriced("a", "gpt-4o")]);
  await job.run();
  expect(requests()).toBe(0);
  expect(prices.refreshState()).toMatchObject({ enabled: false, checkedAtMs: null, stale: false });
  expect(await storage.getEvent("a")).toMatchObject({ basis: "rated", costNanoUsd: 2_500_000_000 });
});

test("after a start, what had no price is looked for only with a version or prices that are new", async () => {
  const { prices, storage } = await open({ enabled: false });
  const startWith = (version: string) => refreshPricesJob({ storage, prices, now: atStart, version }).run();
  const basis = async (id: string) => (await storage.getEvent(id))?.basis;
  await startWith("1.0.0");
  await storage.appendEvents([unpriced("a", "gpt-4o")]);
  await startWith("1.0.0");
  expect(await basis("a")).toBe("unpriced");
  await startWith("1.0.1");
  expect(await basis("a")).toBe("rated");
});

test.each([
  ["the server fails", "no", 500, "500"],
  ["the answer is no JSON", "<html>", 200, "JSON"],
  ["the list has another form", [{ id: "x" }], 200, "known form"],
])("prices stay, the failure is shown, and the next hour tries again: %s", async (_why, body, status, said) => {
  const { job, prices, requests, serve, pass } = await open();
  const before = inputRate(prices, "gpt-4o");
  serve(body, status);
  await job.run();
  expect(prices.refreshState()).toMatchObject({ failedAtMs: startMs, failure: expect.stringContaining(said) });
  expect(inputRate(prices, "gpt-4o")).toBe(before);

  pass(hourMs);
  serve(bundled);
  await job.run();
  expect(requests()).toBe(2);
  expect(prices.refreshState()).toMatchObject({ checkedAtMs: startMs + hourMs, failedAtMs: null, failure: null });
});

test("without any server the job goes on, and prices are called stale after three days", async () => {
  const { job, prices, pass } = await open();
  await job.run();
  await closing.shift()!();
  for (const days of [1, 2, 3]) {
    pass(24 * hourMs);
    await job.run();
    expect(prices.refreshState()).toMatchObject({ stale: false, failedAtMs: startMs + days * 24 * hourMs });
  }
  pass(hourMs);
  await job.run();
  expect(prices.refreshState()).toMatchObject({ stale: true, checkedAtMs: startMs });
});

test("a large change waits for a person, and the rest of the list counts", async () => {
  const { job, prices, serve, pass } = await open();
  const list = listWith("gpt-4o", { input_mtok: 0, output_mtok: 0 }) as { id: string; models: unknown[] }[];
  list
    .find((provider) => provider.id === "openai")!
    .models.push({ id: "brand-new", match: { equals: "brand-new" }, prices: { input_mtok: 2 } });
  serve(list);
  await job.run();
  expect(inputRate(prices, "gpt-4o")).toBe("2.5");
  expect(inputRate(prices, "brand-new")).toBe("2");
  const { held } = prices.refreshState();
  expect(held).toMatchObject([{ provider: "openai", model: "gpt-4o", change: expect.stringContaining("2.5 → 0") }]);

  pass(24 * hourMs);
  await job.run();
  expect(prices.refreshState().held).toHaveLength(1);
  await prices.refresh([held[0]!.id]);
  expect(inputRate(prices, "gpt-4o")).toBe("0");
});

test("a failed fetch is not told as a failure of the job", async () => {
  const { job, requests, serve } = await open();
  serve("no", 500);
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const failures: string[] = [];
  const run = async () => {
    await job.run();
    if (requests() >= 2) resolve();
  };
  const stop = scheduleJobs([{ ...job, delayMs: 0, intervalMs: 1, run }], (name) => failures.push(name));
  await ended;
  await stop();
  expect(failures).toEqual([]);
});
