import type { Storage } from "../storage/storage.ts";
import type { ReportedRow } from "../sync/reported-row.ts";
import { replaceDays } from "../sync/reported-store.ts";

/** Days of November 2026 with what was counted and what was billed of each. */
export type ReportedDays = Record<number, { counted?: ReportedRow[]; billed?: ReportedRow[] }>;

/** An OpenAI account that was fetched from the first until the 21st of November 2026. */
export async function reportAccount(storage: Storage, days: ReportedDays, recorded: string[] = []): Promise<void> {
  const connection = { id: "one", provider: "openai", name: "OpenAI", recorded };
  const series = { firstMs: Date.UTC(2026, 10, 1), coveredToMs: Date.UTC(2026, 10, 21), problem: null, note: null };
  await storage.putRecords("sync", [{ id: "one", atMs: 0, body: connection }]);
  await storage.putRecords("sync-states", [
    { id: "one", atMs: 0, body: { series: { completions: series, costs: series } } },
  ]);
  for (const [name, part] of [
    ["completions", "counted"],
    ["costs", "billed"],
  ] as const) {
    const rows = Object.entries(days).map(([date, day]) => ({
      dayMs: Date.UTC(2026, 10, Number(date)),
      rows: day[part] ?? [],
    }));
    await replaceDays(storage, { connectionId: "one", series: name }, rows);
  }
}

/** Calls of GPT-4o: 2.50 dollars for a million tokens in. */
export function counted(millions: number, more: Partial<ReportedRow> = {}): ReportedRow {
  return {
    provider: "openai",
    model: "gpt-4o-2024-08-06",
    usage: { inputTokens: millions * 1_000_000, outputTokens: 0 },
    requests: 1,
    ...more,
  };
}

export function billed(usd: number, more: Partial<ReportedRow> = {}): ReportedRow {
  return { provider: "openai", model: "gpt-4o-2024-08-06", costNanoUsd: Math.round(usd * 1e9), ...more };
}
