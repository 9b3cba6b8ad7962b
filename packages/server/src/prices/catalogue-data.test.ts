import { METERS, type Adjustment, type Meter, type Rates } from "@outlay/core";
import { describe, expect, it } from "vitest";
import { priceFiles } from "../../../../catalogue/prices/index.ts";
import { readCatalogue } from "./catalogue.ts";

const files = readCatalogue();
const versions = files.flatMap((file) =>
  file.models.flatMap((model) =>
    model.versions.map((version) => ({ ...version, where: `${file.provider}/${model.model}` })),
  ),
);
const rules = files.flatMap((file) => file.rules.map((rule) => ({ ...rule, where: `${file.provider}: ${rule.name}` })));

/** The factor of a multiplying adjustment: `0.5`, or `11/10` as 1.1. */
function factor(change: Adjustment): number {
  const [numerator, denominator = "1"] = change.multiply!.split("/");
  return Number(numerator) / Number(denominator);
}

function tokenMeters(table: Rates): string[] {
  return Object.keys(table)
    .filter((meter) => METERS[meter as Meter].unit === "tokens")
    .toSorted();
}

describe("the catalogue's data", () => {
  it("is not empty", () => {
    expect(files.length).toBeGreaterThanOrEqual(15);
    expect(versions.length).toBeGreaterThanOrEqual(250);
  });

  it("has a checkable source and a past date for every fact", () => {
    const today = new Date().toISOString().slice(0, 10);
    for (const fact of [...versions, ...rules]) {
      expect(fact.source, fact.where).toMatch(/^https:\/\/[\w.-]+\.[a-z]+\//);
      expect(fact.checkedOn >= "2026-01-01" && fact.checkedOn <= today, `${fact.where}: ${fact.checkedOn}`).toBe(true);
    }
  });

  it("has versions that follow each other without overlap", () => {
    for (const file of files) {
      for (const { model, versions: list } of file.models) {
        list.forEach((version, i) => {
          const where = `${file.provider}/${model} from ${version.from}`;
          expect(version.from === null || version.to === null || version.from < version.to, where).toBe(true);
          const next = list[i + 1];
          if (next === undefined) return;
          expect(next.from, where).not.toBeNull();
          expect(version.to, `${where} must end when the next begins`).toBe(next.from);
        });
      }
    }
  });

  it("lets no two models have one id at one time", () => {
    for (const file of files) {
      const claims = file.models.flatMap(({ model, aliases }) =>
        [{ id: model, from: null, to: null }, ...aliases].map(({ id, from, to }) => ({
          id: id.toLowerCase(),
          from: from ?? -Infinity,
          to: to ?? Infinity,
        })),
      );
      claims.forEach((a, i) => {
        expect(a.from, `${file.provider}: ${a.id}`).toBeLessThan(a.to);
        const rival = claims.slice(i + 1).find((b) => b.id === a.id && b.from < a.to && a.from < b.to);
        expect(rival, `${file.provider}: ${a.id}`).toBeUndefined();
      });
    }
  });

  it("gives a tier to a model once for any time", () => {
    for (const file of files) {
      const seen = new Set<string>();
      for (const rule of file.rules) {
        for (const pattern of rule.models) {
          const key = `${rule.name} ${pattern} ${rule.from}`;
          expect(seen.has(key), `${file.provider}: ${key}`).toBe(false);
          seen.add(key);
        }
      }
    }
  });

  it("names models in lower case, and tiers, regions and sizes too", () => {
    for (const file of files) {
      for (const rule of file.rules) {
        for (const pattern of rule.models) expect(pattern, file.provider).toBe(pattern.toLowerCase());
      }
      for (const { model, aliases } of file.models) {
        for (const id of [model, ...aliases.map((alias) => alias.id)]) expect(id, file.provider).toBe(id.toLowerCase());
      }
    }
  });

  it("makes cached tokens no dearer than plain ones, and writes no cheaper than reads", () => {
    for (const { where, rates, adjustments } of versions) {
      for (const table of [rates, ...adjustments.map((change) => ({ ...rates, ...change.rates }))]) {
        const rate = (meter: Meter) => (table[meter] === undefined ? undefined : Number(table[meter]));
        expect(rate("cacheRead") ?? 0, where).toBeLessThanOrEqual(rate("input") ?? Infinity);
        expect(rate("cacheReadAudio") ?? 0, where).toBeLessThanOrEqual(rate("inputAudio") ?? Infinity);
        expect(rate("cacheWrite") ?? Infinity, where).toBeGreaterThanOrEqual(rate("cacheRead") ?? 0);
        expect(rate("cacheWrite1h") ?? Infinity, where).toBeGreaterThanOrEqual(rate("cacheWrite") ?? 0);
      }
    }
  });

  it("has rates of a plausible size, so that no unit is mixed up", () => {
    const most: Partial<Record<Meter, number>> = {
      images: 1,
      audioSeconds: 10,
      characters: 200,
      pages: 100,
      searches: 100,
      requests: 100,
    };
    for (const { where, rates, adjustments } of versions) {
      for (const table of [rates, ...adjustments.flatMap((change) => change.rates ?? [])]) {
        for (const [meter, rate] of Object.entries(table) as [Meter, string][]) {
          expect(Number(rate), `${where} ${meter}`).toBeLessThanOrEqual(most[meter] ?? 600);
          if (Number(rate) > 0) expect(Number(rate), `${where} ${meter}`).toBeGreaterThan(0.002);
        }
      }
    }
  });

  it("makes a longer prompt no cheaper", () => {
    for (const { where, rates, adjustments } of versions) {
      let before: Rates = rates;
      let threshold = 0;
      for (const change of adjustments) {
        const next = change.when.inputTokensAbove ?? change.when.inputTokensFrom;
        if (next === undefined || change.rates === undefined) continue;
        expect(next, where).toBeGreaterThan(threshold);
        for (const meter of Object.keys(change.rates) as Meter[]) {
          expect(Number(change.rates[meter]), `${where} ${meter} from ${next}`).toBeGreaterThanOrEqual(
            Number(before[meter]),
          );
        }
        threshold = next;
        before = { ...before, ...change.rates };
      }
    }
  });

  it("changes every rate of the base at a threshold: a forgotten one would stay cheap", () => {
    for (const { where, rates, adjustments } of versions) {
      for (const change of adjustments) {
        if (change.when.inputTokensAbove === undefined && change.when.inputTokensFrom === undefined) continue;
        expect(tokenMeters(change.rates ?? {}), where).toEqual(tokenMeters(rates));
      }
    }
  });

  it("makes batch and flex no dearer than standard, and priority and fast no cheaper", () => {
    for (const { where, adjustments } of rules) {
      for (const change of adjustments) {
        if (change.multiply === undefined) continue;
        const tiers = change.when.serviceTier ?? [];
        if (tiers.some((tier) => ["batch", "flex"].includes(tier))) {
          expect(factor(change), where).toBeLessThanOrEqual(1);
        } else if (!(change.when.geo?.includes("global") ?? false)) {
          expect(factor(change), where).toBeGreaterThan(1);
        }
        expect(factor(change), where).toBeLessThanOrEqual(10);
        expect(factor(change), where).toBeGreaterThanOrEqual(0.25);
      }
    }
  });

  it("discounts no fee: images, characters, searches and requests are never multiplied", () => {
    for (const { where, adjustments } of rules) {
      for (const { meters = [] } of adjustments) {
        const fees = meters.filter((meter) => ["images", "characters", "searches", "requests"].includes(meter));
        expect(fees, where).toEqual([]);
      }
    }
  });

  it("writes rates without needless digits", () => {
    expect(JSON.stringify(priceFiles)).not.toMatch(/"\d+\.\d{9,}"|"\d+\.\d*0"(?=[,}])/);
  });
});
