import { createServer } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitForUpdate } from "@pydantic/genai-prices";
import { afterEach, describe, expect, it } from "vitest";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import type { Storage } from "../storage/storage.ts";
import { openPriceBook, type PriceBook } from "./price-book.ts";

const startMs = Date.UTC(2026, 10, 22);
const dayMs = 86_400_000;
const bundled = (await waitForUpdate())!;

type List = { id: string; models: { id: string; prices: unknown; [key: string]: unknown }[]; [key: string]: unknown }[];

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A copy of the public list with one model's price changed. */
function listWith(provider: string, model: string, prices: unknown): List {
  const list = JSON.parse(JSON.stringify(bundled)) as List;
  const models = list.find((entry) => entry.id === provider)!.models;
  const known = models.find((entry) => entry.id === model);
  if (known === undefined) models.push({ id: model, match: { equals: model }, prices });
  else known.prices = prices;
  return list;
}

/** A price book over a new data folder whose public list is what `answer` says. */
async function open(): Promise<{
  book: PriceBook;
  storage: Storage;
  serve: (body: unknown, status?: number) => void;
  wait: (ms: number) => void;
  reopen: () => Promise<PriceBook>;
}> {
  let answer = { body: "[]", status: 200 };
  const server = createServer((_request, response) => response.writeHead(answer.status).end(answer.body));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  const dataDir = await mkdtemp(join(tmpdir(), "outlay-prices-"));
  closing.push(() => rm(dataDir, { recursive: true }));
  const storage = await openSqliteStorage({ dataDir });
  closing.push(() => storage.close());
  let nowMs = startMs;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data.json`;
  const reopen = () => openPriceBook({ storage, config: { refresh: { url } }, now: () => nowMs });
  return {
    book: await reopen(),
    storage,
    reopen,
    serve: (body, status = 200) => {
      answer = { body: typeof body === "string" ? body : JSON.stringify(body), status };
    },
    wait: (ms) => {
      nowMs += ms;
    },
  };
}

function input(book: PriceBook, atMs: number, model = "voyage-3-large", provider = "voyageai"): string | undefined {
  const match = book.match(provider, model, atMs);
  return match.found ? match.version.rates.input : undefined;
}

/** A model that our own catalogue has nothing to say about. */
const free = bundled
  .find((provider) => provider.id === "novita")!
  .models.find((model) => !Array.isArray(model.prices) && typeof model.prices["input_mtok"] === "number")!;
const before = (free.prices as { input_mtok: number }).input_mtok;
const changed = (factor: number) => ({ ...(free.prices as object), input_mtok: before * factor });
const asked = (book: PriceBook, atMs: number) => input(book, atMs, free.id, "novita");

describe("refreshing the public list", () => {
  it("changes nothing when the list says the same", async () => {
    const { book, serve } = await open();
    serve(bundled);
    const report = await book.refresh();
    expect(report).toMatchObject({ added: [], held: [] });
    expect(book.refreshState()).toMatchObject({ checkedAtMs: startMs, failure: null, stale: false });
  });

  it("counts a changed price from now on and leaves the past alone", async () => {
    const { book, serve, reopen } = await open();
    serve(listWith("novita", free.id, changed(2)));
    const report = await book.refresh();
    expect(report.added).toEqual([{ provider: "novita", model: free.id, startMs }]);
    expect([asked(book, startMs - 1), asked(book, startMs)]).toEqual([String(before), String(before * 2)]);
    expect(asked(await reopen(), startMs)).toBe(String(before * 2));
    expect((await book.refresh()).added).toEqual([]);
  });

  it("appends again when the price moves again", async () => {
    const { book, serve, wait } = await open();
    serve(listWith("novita", free.id, changed(2)));
    await book.refresh();
    wait(dayMs);
    serve(listWith("novita", free.id, changed(1)));
    await book.refresh();
    expect([startMs - 1, startMs, startMs + dayMs].map((at) => asked(book, at))).toEqual([
      String(before),
      String(before * 2),
      String(before),
    ]);
  });

  it("takes a start date as it is given, also one to come", async () => {
    const { book, serve } = await open();
    const prices = [
      { prices: free.prices },
      { constraint: { start_date: "2026-12-01", type: "start_date" }, prices: { input_mtok: before * 1.5 } },
    ];
    serve(listWith("novita", free.id, prices));
    await book.refresh();
    const december = Date.UTC(2026, 11, 1);
    expect([asked(book, december - 1), asked(book, december)]).toEqual([String(before), String(before * 1.5)]);
  });

  it("gives a model that was never known its price since ever", async () => {
    const { book, serve } = await open();
    serve(listWith("openai", "gpt-77", { input_mtok: 7 }));
    await book.refresh();
    expect(input(book, 0, "gpt-77", "openai")).toBe("7");
  });

  it.each([
    ["more than three times up", 3.01],
    ["more than three times down", 0.33],
    ["to 0", 0],
  ])("holds back a change of %s until somebody confirms it", async (_name, factor) => {
    const { book, serve } = await open();
    serve(listWith("novita", free.id, changed(factor)));
    const { added, held } = await book.refresh();
    expect(added).toEqual([]);
    expect(held).toHaveLength(1);
    expect(held[0]!.change).toContain(`input ${before} →`);
    expect(asked(book, startMs)).toBe(String(before));
    expect(book.refreshState().held).toHaveLength(1);
    await book.refresh([held[0]!.id]);
    expect(asked(book, startMs)).toBe(String(Number((before * factor).toPrecision(15))));
    expect(book.refreshState().held).toEqual([]);
  });

  it("lets our own catalogue win", async () => {
    const { book, serve } = await open();
    const own = input(book, startMs, "mistral-large-latest", "mistral");
    serve(listWith("mistral", "mistral-large-latest", { input_mtok: 0.9, output_mtok: 2 }));
    await book.refresh(["all"]);
    expect(input(book, startMs, "mistral-large-latest", "mistral")).toBe(own);
  });

  it.each<[string, unknown, number]>([
    ["an error", "gone", 500],
    ["no JSON", "<html>", 200],
    ["one brace too few", JSON.stringify(bundled).slice(0, -1), 200],
    ["an empty list", [], 200],
    ["another shape", bundled.map(({ models, ...rest }) => ({ ...rest, modelz: models })), 200],
    ["a negative price", listWith("novita", free.id, { input_mtok: -1 }), 200],
    ["a price that is a text", listWith("novita", free.id, { input_mtok: "1" }), 200],
  ])("keeps all prices and says so when the list is %s", async (_name, body, status) => {
    const { book, serve, wait } = await open();
    serve(body, status);
    await expect(book.refresh()).rejects.toMatchObject({ name: "ProviderFailed", code: /^price_list_/ });
    expect(asked(book, startMs)).toBe(String(before));
    expect(book.refreshState()).toMatchObject({ failedAtMs: startMs, stale: true });
    wait(dayMs);
    serve(bundled);
    await book.refresh();
    expect(book.refreshState()).toMatchObject({ failure: null, stale: false });
  });
});
