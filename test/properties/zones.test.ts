import type { WireEvent } from "@outlay/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { get, nanoUsd, record, type QueryRow } from "../api.ts";
import { startServer, type RunningServer } from "../start-server.ts";

/** Two springs, two autumns, a leap day, both hemispheres. */
const from = Date.UTC(2023, 8, 1);
const to = Date.UTC(2025, 3, 15);
const minuteMs = 60_000;

const zones = [...Intl.supportedValuesOf("timeZone"), "UTC"];
const events = eventsNearBoundaries();
let server: RunningServer;
let dataDir: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "outlay-zones-"));
  server = await startServer({ dataDir });
  for (let index = 0; index < events.length; index += 5_000)
    await record(server.url, events.slice(index, index + 5_000));
});

afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** One event a few minutes before, at and after every quarter-hour that could be midnight somewhere, on changing days. */
function eventsNearBoundaries(): WireEvent[] {
  const all: WireEvent[] = [];
  for (let index = 0; ; index++) {
    // 37 quarter-hours on: every quarter-hour of the day comes up, and the days between are not skipped.
    const occurredAtMs = from + index * 37 * 15 * minuteMs + ((index % 3) - 1);
    if (occurredAtMs >= to) return all;
    if (occurredAtMs < from) continue;
    all.push({
      id: `zone-${index}`,
      occurredAt: new Date(occurredAtMs).toISOString(),
      provider: "openai",
      model: "gpt-4o",
      reportedCostUsd: (1 + index * 7) / 1e9,
      usage: { inputTokens: index },
    });
  }
}

/** The calendar day of an instant, from ICU rather than from the library that the product uses. */
function dayIn(zone: string): (instantMs: number) => string {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  return (instantMs) => format.format(instantMs);
}

function sumOf(rows: QueryRow[], metric: string): bigint {
  return rows.reduce(
    (sum, row) => sum + (metric === "cost" ? nanoUsd(row["cost"] as number) : BigInt(row[metric] as number)),
    0n,
  );
}

describe(`in each of ${zones.length} time zones`, () => {
  it("every day has exactly its events, and the days add up to the range", { timeout: 600_000 }, async () => {
    expect(zones.length).toBeGreaterThan(400);
    for (const zone of zones) {
      const day = dayIn(zone);
      const expected = new Map<string, { calls: number; cost: bigint }>();
      const range = `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}&tz=${encodeURIComponent(zone)}`;
      for (const event of events) {
        const label = day(Date.parse(event.occurredAt as string));
        const { calls, cost } = expected.get(label) ?? { calls: 0, cost: 0n };
        expected.set(label, { calls: calls + 1, cost: cost + nanoUsd(event.reportedCostUsd) });
      }
      const { rows, totals } = await get(server.url, `/api/v1/query?metrics=cost,calls&by=day&${range}`);
      const answered = rows
        .filter(({ calls }) => calls !== 0)
        .map((row) => [row["day"], { calls: row["calls"], cost: nanoUsd(row["cost"] as number) }]);
      expect(answered, zone).toEqual([...expected].toSorted(([a], [b]) => (a < b ? -1 : 1)));
      expect(sumOf(rows, "cost"), zone).toBe(nanoUsd(totals["cost"]));
      expect(sumOf(rows, "calls"), zone).toBe(BigInt(events.length));
    }
  });

  it.each(["hour", "week", "month"])(
    "every %s counts once around the changes of the clocks",
    { timeout: 600_000 },
    async (unit) => {
      for (const zone of zones) {
        // Around the changes of 2024 in Europe and America, and those of the south.
        const range = `from=2024-03-05&to=2024-04-12&tz=${encodeURIComponent(zone)}`;
        const { rows, totals } = await get(server.url, `/api/v1/query?metrics=cost,calls,tokens&by=${unit}&${range}`);
        for (const metric of ["cost", "calls", "tokens"]) {
          const total = metric === "cost" ? nanoUsd(totals["cost"]) : BigInt(totals[metric]!);
          expect(sumOf(rows, metric), `${metric} in ${zone}`).toBe(total);
        }
        const day = dayIn(zone);
        const inside = events.filter(({ occurredAt }) => {
          const label = day(Date.parse(occurredAt as string));
          return label >= "2024-03-05" && label < "2024-04-12";
        });
        expect(totals["calls"], zone).toBe(inside.length);
      }
    },
  );
});
