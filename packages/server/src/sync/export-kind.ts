import { noSettings } from "./no-settings.ts";
import type { ProviderKind } from "./provider-kind.ts";
import type { SyncProvider } from "./provider-names.ts";
import { DayTable } from "./reported-row.ts";

/** Name of the days that come from files. */
export const EXPORT = "export";

/** A cloud whose costs come from the files that it exports. */
export function exportKind(name: SyncProvider, title: string): ProviderKind {
  return {
    name,
    title,
    key: null,
    baseUrl: null,
    settings: noSettings,
    paceMs: 0,
    series: [{ name: EXPORT, gives: ["cost"], stepDays: 31, fetch: async () => new DayTable() }],
  };
}
