import { InvalidInput } from "@outlay/core";
import { askServer, withKey } from "./ask-server.ts";
import { runCli } from "./cli/cli.ts";
import type { Api, ResolvedSettings, RunningServer, SettingFlags } from "./cli/context.ts";
import type { Config, ConfigKey } from "./config.ts";
import { openForReading, settingsOf, withDashboard } from "./data-folder.ts";
import { serve } from "./http/serve.ts";
import { openImportStore } from "./open-import-store.ts";
import { now, openOutlay } from "./outlay.ts";
import type { Outlay, ServerKind } from "./outlay.ts";
import { priceConfig } from "./price-config.ts";
import { openPriceBook } from "./prices/price-book.ts";
import type { PriceBook } from "./prices/price-book.ts";
import { findRunningServer, removeServerRecord, writeServerRecord } from "./running-server.ts";
import { giveBackMemoryWhenIdle } from "./storage/give-back-memory.ts";
import { version } from "./version.ts";

/** Opens the data folder, listens, and tells the command line where. */
async function startServer(flags: SettingFlags, facts: ServerKind): Promise<RunningServer> {
  const outlay = await openOutlay(settingsOf(flags), facts);
  const { config } = outlay;
  try {
    requireAdministrator(outlay, config);
    const gateway = outlay.openGateway();
    const listening = await serve(outlay.http.app, config, gateway);
    giveBackMemoryWhenIdle();
    await writeServerRecord(config.dataDir, {
      pid: process.pid,
      url: listening.url,
      ownerToken: outlay.ownerToken,
    });
    const stopJobs = outlay.startJobs(listening.url);
    return {
      url: listening.url,
      setUp: setUpOf(outlay, config.publicUrl ?? listening.url),
      async close() {
        removeServerRecord(config.dataDir);
        outlay.http.close();
        await Promise.all([stopJobs(), listening.close()]);
        await outlay.close();
      },
    };
  } catch (error) {
    await outlay.close();
    throw error;
  }
}

/** A server when one is named or runs on the data folder; otherwise the same application in this process. */
async function connect(flags: SettingFlags): Promise<Api> {
  const resolved = settingsOf(flags);
  const { config } = resolved;
  const named = flags.serverUrl ?? process.env["OUTLAY_SERVER"];
  if (named !== undefined && named !== "") return askServer(named, process.env["OUTLAY_KEY"]);
  const running = named === "" ? null : await findRunningServer(config.dataDir);
  if (running !== null) return askServer(running.url, running.ownerToken);
  const outlay = await openOutlay(resolved, { demo: false });
  return {
    where: `data folder ${config.dataDir}`,
    request: async (path, init) => outlay.http.app.request(path, withKey(init, outlay.ownerToken)),
    close: () => outlay.close(),
  };
}

/** With the data folder's own prices when it has any. It is only read, so a server may be at work there. */
async function openPrices(flags: SettingFlags): Promise<PriceBook> {
  const resolved = settingsOf(flags);
  const storage = await openForReading(resolved.config.dataDir);
  try {
    const { config } = await withDashboard(resolved, storage);
    return await openPriceBook({ storage, config: priceConfig(config), now });
  } finally {
    await storage?.close();
  }
}

async function resolveSettings(flags: SettingFlags): Promise<ResolvedSettings> {
  const resolved = settingsOf(flags);
  const { unknownVariables } = resolved;
  // a folder that cannot be opened is another finding of doctor's
  const storage = await openForReading(resolved.config.dataDir).catch(() => null);
  try {
    const { config, origins } = await withDashboard(resolved, storage);
    const names = Object.keys(origins) as ConfigKey[];
    return { settings: names.map((name) => ({ name, value: config[name], origin: origins[name] })), unknownVariables };
  } finally {
    await storage?.close();
  }
}

/** Where others can reach it, nothing answers before somebody can say who may. */
function requireAdministrator({ accounts, hosts }: Outlay, { host, publicUrl, setup }: Readonly<Config>): void {
  if (accounts === null || !hosts.isExposed || accounts.hasAny() || setup) return;
  throw new InvalidInput(
    "administrator_required",
    `Others can reach Outlay at ${publicUrl ?? host}, and nobody has an account yet: make an administrator first with "outlay admin create", or start with --setup to make one on the set-up page`,
    { field: "host" },
  );
}

/** What the first administrator needs, where others can reach the server too. */
function setUpOf({ accounts }: Outlay, url: string): RunningServer["setUp"] {
  const code = accounts?.setUpCode() ?? null;
  return code === null ? null : { url: `${url}/set-up`, code };
}

process.exitCode = await runCli(process.argv.slice(2), {
  version,
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  now,
  resolveSettings,
  connect,
  startServer,
  openPrices,
  openImportStore,
});
