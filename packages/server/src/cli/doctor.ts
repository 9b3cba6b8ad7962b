import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import type { Command } from "commander";
import type { RollupVerdict } from "../storage/storage.ts";
import type { Api, CliContext, ResolvedSettings } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { formatCount } from "./draw/values.ts";
import { getJson, sendJson } from "./get-json.ts";
import { printTable } from "./print-answer.ts";
import { CommandFailed } from "./problem.ts";

type Level = "ok" | "warning" | "failed";

/** One thing that was looked at. */
interface Finding {
  check: string;
  level: Level;
  message: string;
}

/** `outlay doctor`: the configuration with the place that decided each value, and whether everything holds. */
export function addDoctorCommand(program: Command, context: CliContext): void {
  program
    .command("doctor")
    .description("show the configuration and check that everything holds")
    .option("--repair", "write sums again that differ from the recorded calls")
    .addHelpText("after", "\nExits with 1 when something has failed; warnings alone are fine.")
    .action((options: { repair?: boolean }) => doctor(context, options.repair === true));
}

async function doctor(context: CliContext, repair: boolean): Promise<void> {
  const findings: Finding[] = [nodeVersion()];
  const resolved = await attempt(findings, "configuration", () => context.resolveSettings());
  if (resolved !== null) findings.push(...(await checkSettings(resolved)));
  const api = await attempt(findings, "connection", () => context.connect());
  if (api !== null) {
    findings.push({ check: "connection", level: "ok", message: api.where });
    for (const [check, look] of CHECKS) {
      const finding = await attempt(findings, check, () => look(api, { repair }));
      if (finding !== null) findings.push({ check, ...finding });
    }
  }
  await printFindings(context, resolved, findings);
  if (findings.some(({ level }) => level === "failed")) throw new CommandFailed();
}

/** A check that cannot be made is a failed one, and the others are still made. */
async function attempt<T>(findings: Finding[], check: string, look: () => Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch (error) {
    findings.push({ check, level: "failed", message: error instanceof Error ? error.message : String(error) });
    return null;
  }
}

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isSupported = major > 22 || (major === 22 && minor >= 18);
  const message = `${process.versions.node}${isSupported ? "" : ", but Outlay needs 22.18 or newer"}`;
  return { check: "node", level: isSupported ? "ok" : "failed", message };
}

async function checkSettings({ settings, unknownVariables }: ResolvedSettings): Promise<Finding[]> {
  const findings: Finding[] = unknownVariables.map((name) => ({
    check: "environment",
    level: "warning",
    message: `${name} is set, but nothing reads it`,
  }));
  const dataDir = settings.find(({ name }) => name === "dataDir")?.value;
  if (typeof dataDir === "string") findings.push(await dataFolder(dataDir));
  return findings;
}

async function dataFolder(dataDir: string): Promise<Finding> {
  const check = "data folder";
  const found = await stat(dataDir).catch(() => null);
  if (found === null) return { check, level: "ok", message: `${dataDir} does not exist yet; it is made on first use` };
  if (!found.isDirectory()) return { check, level: "failed", message: `${dataDir} is not a folder` };
  const isWritable = await access(dataDir, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  return {
    check,
    level: isWritable ? "ok" : "failed",
    message: `${dataDir}${isWritable ? "" : " may not be written"}`,
  };
}

type Look = (api: Api, options: { repair: boolean }) => Promise<Omit<Finding, "check">>;

const database: Look = async (api) => {
  const health = await getJson<{ version: string; storage: string; events: number; unrecorded: number }>(
    api,
    "/api/health",
  );
  const message = `${health.storage}, ${formatCount(health.events)} calls (Outlay ${health.version})`;
  if (health.unrecorded === 0) return { level: "ok", message };
  return { level: "failed", message: `${message}; ${formatCount(health.unrecorded)} calls could not be recorded` };
};

const timeZone: Look = async (api) => {
  const meta = await getJson<{ timeZone: string }>(api, "/api/v1/meta");
  const machine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const note = meta.timeZone === machine ? "" : `; this machine is in ${machine}`;
  return { level: "ok", message: `days are those of ${meta.timeZone}${note}` };
};

const sums: Look = async (api, { repair }) => {
  const verdict = await sendJson<RollupVerdict>(api, "POST", "/api/v1/maintenance/verify-rollups", { repair });
  const { compared, different, examples, repaired } = verdict;
  if (different === 0)
    return { level: "ok", message: `all ${formatCount(compared)} sums are what the calls add up to` };
  const what = `${formatCount(different)} of ${formatCount(compared)} sums differ from the calls: ${examples.join("; ")}`;
  if (repaired) return { level: "warning", message: `${what}; repaired` };
  return { level: "failed", message: `${what}; mend them with: outlay doctor --repair` };
};

const prices: Look = async (api) => {
  const { total } = await getJson<{ total: number }>(api, "/api/v1/prices", { limit: 1 });
  const refresh = await getJson<RefreshAnswer>(api, "/api/v1/prices/refresh");
  const known = `${formatCount(total)} prices known`;
  if (total === 0) return { level: "failed", message: known };
  if (!refresh.enabled) return { level: "ok", message: `${known}; the public list is not fetched (refresh is off)` };
  const checked = refresh.checkedAt === null ? "never been fetched" : `been fetched last at ${refresh.checkedAt}`;
  const failure = refresh.failure === null ? "" : `; the last try failed: ${refresh.failure}`;
  return { level: refresh.stale ? "warning" : "ok", message: `${known}; the public list has ${checked}${failure}` };
};

const providerKeys: Look = async (api) => {
  const answer = await getJson<{ providerKeys: { provider: string; readable: boolean }[] }>(
    api,
    "/api/v1/provider-keys",
  );
  const closed = answer.providerKeys.filter(({ readable }) => !readable).map(({ provider }) => provider);
  if (closed.length > 0) {
    const message = `the keys for ${closed.join(", ")} were encrypted with another secret: bring back OUTLAY_SECRET or secret.key, or store them again`;
    return { level: "warning", message };
  }
  const count = answer.providerKeys.length;
  return {
    level: "ok",
    message: count === 0 ? "none of a provider is kept here" : `${count} of providers can be opened`,
  };
};

interface ChannelsAnswer {
  channels: { name: string; enabled: boolean; readable: boolean }[];
}

interface DeliveriesAnswer {
  deliveries: { channelName: string; message: { state: string } }[];
}

const channels: Look = async (api) => {
  const answer = await getJson<ChannelsAnswer>(api, "/api/v1/channels");
  const closed = answer.channels.filter(({ readable }) => !readable).map(({ name }) => `"${name}"`);
  if (closed.length > 0) {
    const message = `the secrets of ${closed.join(", ")} were encrypted with another secret: bring back OUTLAY_SECRET or secret.key, or enter them again`;
    return { level: "warning", message };
  }
  const { deliveries } = await getJson<DeliveriesAnswer>(api, "/api/v1/deliveries", { status: "failed", limit: 100 });
  const lost = deliveries.filter(({ message }) => message.state !== "test");
  const count = answer.channels.filter(({ enabled }) => enabled).length;
  const known = count === 0 ? "none: alerts are told to nobody" : `${count} in use`;
  if (lost.length === 0) return { level: "ok", message: known };
  const names = [...new Set(lost.map(({ channelName }) => `"${channelName}"`))].join(", ");
  const message = `${known}; messages to ${names} did not arrive: outlay channels deliveries --status failed`;
  return { level: "warning", message };
};

interface RefreshAnswer {
  enabled: boolean;
  /** ISO; null: never. */
  checkedAt: string | null;
  failure: string | null;
  stale: boolean;
}

const CHECKS: readonly (readonly [check: string, look: Look])[] = [
  ["database", database],
  ["time zone", timeZone],
  ["sums", sums],
  ["prices", prices],
  ["keys", providerKeys],
  ["channels", channels],
];

async function printFindings(
  context: CliContext,
  resolved: ResolvedSettings | null,
  findings: Finding[],
): Promise<void> {
  if (context.isJson()) {
    const settings = resolved?.settings ?? [];
    return context.printJson({ ok: !findings.some(({ level }) => level === "failed"), settings, findings });
  }
  const { colors } = context;
  const marks = { ok: colors.green("ok     "), warning: colors.yellow("warning"), failed: colors.red("failed ") };
  if (resolved !== null) {
    await printTable(context, {
      columns: [
        { header: "Setting", align: "left" },
        { header: "Value", align: "left" },
        { header: "From", align: "left" },
      ],
      rows: resolved.settings.map(({ name, value, origin }) => [name, settingText(value), origin]),
    });
    await context.print("");
  }
  await context.print(
    ...findings.map(({ check, level, message }) => `${marks[level]}  ${check.padEnd(14)}${printable(message)}`),
  );
}

function settingText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
