import { InvalidInput } from "@outlay/core";
import type { SettingFlags } from "./cli/context.ts";
import { resolveConfig, settingDeclarations, type ResolvedConfig } from "./config.ts";
import { readStoredSettings, withStoredSettings } from "./settings/stored-settings.ts";
import { openSqliteStorage } from "./storage/sqlite/sqlite-storage.ts";
import type { Storage } from "./storage/storage.ts";

/** The settings as the flags of a command, the environment and the configuration file make them. */
export function settingsOf(flags: SettingFlags): ResolvedConfig {
  const { serverUrl: _, ...settings } = flags;
  return resolveConfig({ flags: settings });
}

/** What is stored, to be read beside a server that may be at work there; null when nothing is. */
export async function openForReading(dataDir: string): Promise<Storage | null> {
  try {
    return await openSqliteStorage({ dataDir, readOnly: true });
  } catch (error) {
    if (error instanceof InvalidInput && error.code === "no_data_file") return null;
    throw error;
  }
}

/** With what was set in the dashboard. */
export async function withDashboard(
  resolved: ResolvedConfig,
  storage: Storage | null,
): Promise<Pick<ResolvedConfig, "config" | "origins">> {
  if (storage === null) return resolved;
  return withStoredSettings(settingDeclarations(), resolved, await readStoredSettings(storage), () => {});
}
