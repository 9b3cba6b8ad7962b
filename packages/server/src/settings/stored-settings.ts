import { InvalidInput } from "@outlay/core";
import type { Storage } from "../storage/storage.ts";
import type { SettingDeclaration, SettingValues } from "./setting.ts";

const DOCUMENT = "settings";
/** Where a value comes from that was set in the dashboard. */
export const IN_DASHBOARD = "settings";

/** What was set in the dashboard, by name. */
export type StoredSettings = Record<string, unknown>;

export async function readStoredSettings(storage: Pick<Storage, "getDocument">): Promise<StoredSettings> {
  return ((await storage.getDocument(DOCUMENT)) ?? {}) as StoredSettings;
}

export async function writeStoredSettings(storage: Storage, settings: StoredSettings): Promise<void> {
  await storage.putDocument(DOCUMENT, Object.keys(settings).length === 0 ? null : settings);
}

/**
 * What was set in the dashboard stands in for defaults; what is said where the server is started goes before it. What this
 * version cannot use is left out and told to `warn`: a server must start before it can be mended in its dashboard.
 */
export function withStoredSettings<Values extends object>(
  declarations: readonly SettingDeclaration[],
  { config, origins }: SettingValues<Values>,
  stored: StoredSettings,
  warn: (message: string) => void,
): SettingValues<Values> {
  const values = { ...config } as Record<string, unknown>;
  const from = { ...origins } as Record<string, string>;
  for (const { name, inDashboard, check } of declarations) {
    const value = stored[name];
    if (inDashboard === null || value === undefined || from[name] !== "default") continue;
    try {
      values[name] = check(value, IN_DASHBOARD);
      from[name] = IN_DASHBOARD;
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      warn(`the setting ${name} made in the dashboard is left out: ${error.message}`);
    }
  }
  return { config: values as Values, origins: from as SettingValues<Values>["origins"] };
}
