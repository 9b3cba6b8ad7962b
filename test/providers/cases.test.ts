import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { formatUsd } from "@outlay/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalProvider } from "../../packages/server/src/prices/canonical-provider.ts";
import { openPriceBook } from "../../packages/server/src/prices/price-book.ts";
import {
  findRoute,
  openAnswer,
  PROVIDERS,
  type CallFacts,
  type Measured,
  type Provider,
  type Route,
} from "@outlay/providers";
import { recordedBytes, type RecordedAnswer } from "./recorded-answer.ts";

/** One case of `catalogue/cases/providers`. Fields of `expected` that are absent are not looked at. */
interface Case {
  name: string;
  request: { path: string; body: unknown };
  answer: RecordedAnswer;
  expected: Partial<Omit<Measured, "error" | "produced">> & {
    error?: string;
    /** Characters of generated text. */
    produced?: number;
    requestedModel?: string;
    operation?: string;
    billed?: boolean;
    /** Absent: not looked at; null: there is nothing to rate. */
    costUsd?: string | null;
  };
}

const folder = join(import.meta.dirname, "../../catalogue/cases/providers");
const files = readdirSync(folder).map(
  (name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as { provider: string; cases: Case[] },
);
/** A Friday noon, when DeepSeek's prices are low. */
const atMs = Date.UTC(2026, 10, 20, 12);
const book = await openPriceBook({ storage: null, config: {}, now: () => atMs });

function openCase(provider: Provider, one: Case): { route: Route; call: CallFacts; bytes: Uint8Array } {
  const url = new URL(one.request.path, provider.baseUrl ?? "https://example.com");
  const route = findRoute(provider, "POST", url.pathname);
  if (route === null) throw new Error(`${provider.name} has no route for ${url.pathname}`);
  const body = new TextEncoder().encode(JSON.stringify(one.request.body));
  const { bytes, contentType } = recordedBytes(one.answer);
  const headers: Record<string, string> = { "content-type": contentType, ...one.answer.headers };
  const request = route.readRequest({ url, contentType: "application/json", body });
  return { route, bytes, call: { request, status: one.answer.status ?? 200, header: (name) => headers[name] ?? null } };
}

/** Reads the answer in pieces that end at these places. */
function read(opened: ReturnType<typeof openCase>, one: Case, places: number[]): Measured {
  const reader = openAnswer(opened.route, opened.call);
  let from = 0;
  for (const place of [...places.toSorted((a, b) => a - b), opened.bytes.length]) {
    reader.push(opened.bytes.subarray(from, place));
    from = place;
  }
  return reader.end({ cut: one.answer.cut ?? false });
}

function costOf(provider: Provider, opened: ReturnType<typeof openCase>, measured: Measured): string | null {
  const { request } = opened.call;
  if (measured.usage === null) return null;
  const rating = book.rate({
    provider: provider.billedAs,
    model: measured.model ?? request.model ?? "",
    occurredAtMs: atMs,
    operation: opened.route.operation,
    usage: measured.usage,
    serviceTier: measured.serviceTier,
    geo: measured.geo,
    reportedCostUsd: measured.reportedCostUsd,
  });
  return rating.costNanoUsd === null ? `unpriced: ${rating.note}` : formatUsd(rating.costNanoUsd);
}

describe.each(files)("$provider", ({ provider: name, cases }) => {
  const provider = PROVIDERS.get(name)!;

  it.each(cases)("$name", (one) => {
    const opened = openCase(provider, one);
    const measured = read(opened, one, []);
    const { costUsd, error, produced, requestedModel, operation, billed, ...fields } = one.expected;
    const seen = Object.fromEntries(Object.keys(fields).map((key) => [key, measured[key as keyof Measured]]));
    expect(seen).toEqual(fields);
    expect(measured.error?.type).toBe(error);
    if (produced !== undefined) expect(measured.produced.characters).toBe(produced);
    if (requestedModel !== undefined) expect(opened.call.request.model).toBe(requestedModel);
    if (operation !== undefined) expect(opened.route.operation).toBe(operation);
    expect(opened.route.billed).toBe(billed ?? true);
    if (costUsd !== undefined) expect(costOf(provider, opened, measured)).toBe(costUsd);
  });

  it.each(cases)("$name, however it is cut", (one) => {
    const opened = openCase(provider, one);
    const whole = read(opened, one, []);
    const { length } = opened.bytes;
    if (length < 20_000)
      expect(
        read(
          opened,
          one,
          Array.from({ length }, (_, place) => place),
        ),
      ).toEqual(whole);
    const places = fc.array(fc.integer({ min: 0, max: length }), { maxLength: 12 });
    fc.assert(
      fc.property(places, (chosen) => {
        expect(read(opened, one, chosen)).toEqual(whole);
      }),
      { numRuns: length < 20_000 ? 30 : 3 },
    );
  });
});

it("has providers under the names that prices know", () => {
  for (const { billedAs } of PROVIDERS.values()) expect(canonicalProvider(billedAs)).toBe(billedAs);
});

it("has cases of every provider", () => {
  expect(files.map(({ provider }) => provider).toSorted()).toEqual([...PROVIDERS.keys()].toSorted());
});
