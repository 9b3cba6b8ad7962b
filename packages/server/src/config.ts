import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { InvalidInput, checkTimeZone } from "@outlay/core";
import { PROVIDERS } from "@outlay/providers";
import { z } from "zod";
import { isNetwork } from "./access/host-policy.ts";
import { isAllowedEntry } from "./alerts/channels/address-policy.ts";
import { parseOverride } from "./prices/overrides.ts";
import type { SettingDeclaration, SettingKind } from "./settings/setting.ts";
import { SYNC_PROVIDERS } from "./sync/provider-names.ts";

/** Name of the configuration file inside the data folder. */
const CONFIG_FILE = "outlay.config.json";

const timeZone = z.string().refine(isTimeZone, "must be an IANA time zone such as Europe/Berlin or UTC");
const onOff = z.union([z.boolean(), z.enum(["on", "off"]).transform((word) => word === "on")]);
/** Flags and variables are text, the file has numbers. */
const wholeNumber = z.union([z.number(), z.string().regex(/^\d+$/, "must be a whole number").transform(Number)]);
/** The environment has them separated by commas. */
const textList = z.union([
  z.array(z.string()),
  z.string().transform((text) => text.split(",").map((item) => item.trim())),
]);
/** As a number or as text. */
const dollars = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d+(\.\d+)?$/, "must be dollars")
      .transform(Number),
  ])
  .pipe(z.number().positive().max(1e9));
const days = wholeNumber.pipe(z.number().int().min(1).max(36_500));

const baseUrl = z.url({ protocol: /^https?$/, error: "must be an address such as https://api.example.com" });
const providerSetting = z.strictObject({
  baseUrl,
  billedAs: z.string().min(1).optional(),
  language: z.enum([...PROVIDERS.keys()]).optional(),
  apiKeyEnv: z.string().min(1).optional(),
});

const role = z.enum(["administrator", "member", "viewer"]);
const oidcSetting = z.strictObject({
  name: z.string().min(1).max(40).default("single sign-on"),
  issuer: baseUrl,
  clientId: z.string().min(1),
  /** The secret itself is never in a file that is shown. */
  clientSecretEnv: z.string().min(1).default("OUTLAY_OIDC_CLIENT_SECRET"),
  scopes: z.array(z.string().min(1)).default(["openid", "email", "profile"]),
  /** Of e-mail addresses of people who may make themselves an account; `*`: of everybody whom the provider knows. */
  allowedDomains: z.array(z.string().min(1)).default([]),
  /** For providers that check addresses and do not say so. */
  trustEmail: z.boolean().default(false),
  role: role.default("member"),
  groupsClaim: z.string().min(1).default("groups"),
  /** By group; the one that allows most counts. */
  roles: z.record(z.string(), role).default({}),
  /** By group: the team's name. */
  teams: z.record(z.string(), z.string().min(1)).default({}),
});

/** Every setting, declared once: flags, environment and file are all checked by it. */
const configSchema = z.strictObject({
  host: z.string().min(1).meta({ description: "Address to listen on" }),
  port: wholeNumber
    .pipe(z.number().int().min(0).max(65_535))
    .meta({ description: "Port to listen on; 0 picks a free one" }),
  dataDir: z.string().min(1).meta({ description: "Folder of the database and of everything else Outlay keeps" }),
  timeZone: timeZone.meta({ description: "Zone of days and months where a question names none" }),
  retentionDays: z
    .union([z.null(), z.literal("off").transform(() => null), days])
    .meta({ description: "Raw events older than this expire, their totals stay; off keeps everything" }),
  archive: onOff.meta({ description: "Write a snapshot of each day and a summary of each month as files, once a day" }),
  archiveFolder: z
    .union([z.null(), z.string().min(1)])
    .meta({ description: "Folder of those files; the folder archive in the data folder when absent" }),
  archiveDays: days.meta({ description: "Snapshots of so many days are kept; summaries of months stay" }),
  archiveEvents: onOff.meta({ description: "With the archive, also keep the calls of each day, compressed" }),
  refreshPrices: onOff.meta({ description: "Fetch the public price list once a day" }),
  pricesUrl: z.union([z.null(), baseUrl]).meta({ description: "A mirror of the public price list" }),
  priceOverrides: z
    .array(z.unknown())
    .transform((overrides) => overrides.map(parseOverride))
    .meta({ description: "Prices of one's own, in the form of PUT /api/v1/prices/overrides" }),
  modelNames: z
    .array(z.strictObject({ provider: z.string().min(1), name: z.string().min(1), model: z.string().min(1) }))
    .meta({ description: "Names of one's own for models, such as Azure deployments" }),
  monthlyBudgetUsd: z
    .union([z.null(), z.literal("off").transform(() => null), dollars])
    .meta({ description: "What a month may cost over all sources: subscriptions and what is charged by use" }),
  allowedOrigins: textList
    .pipe(z.array(z.string().refine(isOrigin, "must be an origin such as https://app.example.com")))
    .meta({ description: "Origins whose pages may read the API, as the components on them do" }),
  publicUrl: z
    .union([
      z.null(),
      z.string().refine(isOrigin, "must be an address such as https://costs.example.com, without a path"),
    ])
    .meta({ description: "Where browsers find this server, for example https://costs.example.com" }),
  allowedHosts: textList
    .pipe(z.array(z.string().regex(/^[\w.-]+(:\d+)?$/, "must be a name such as costs.example.com")))
    .meta({ description: "Further names under which the server answers" }),
  trustedProxies: textList
    .pipe(z.array(z.string().refine(isNetwork, "must be an address or a network such as 10.0.0.0/8")))
    .meta({ description: "Proxies whose X-Forwarded-… headers are believed" }),
  setup: onOff.meta({
    description: "Listen for others before there is an administrator, for the set-up page and its one-time code only",
  }),
  sessionDays: wholeNumber
    .pipe(z.number().int().min(1).max(365))
    .meta({ description: "People who do not come for so long have to sign in again" }),
  oidc: z
    .union([z.string().transform(parseJson), z.unknown()])
    .pipe(z.union([z.null(), oidcSetting]))
    .meta({ description: "Sign-in with an OpenID Connect provider" }),
  providers: z
    .union([z.string().transform(parseJson), z.unknown()])
    .pipe(z.record(z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, "names are lower case"), providerSetting))
    .meta({ description: "Other addresses of providers, and further providers, for the gateway" }),
  allowInternalWebhooks: z
    .union([
      onOff,
      textList.pipe(
        z.array(
          z.string().refine(isAllowedEntry, "must be an address, a network such as 10.0.0.0/8, or a host's name"),
        ),
      ),
    ])
    .meta({ description: "Internal addresses that alerts may be sent to; on: all but link-local ones" }),
  syncUrls: z
    .union([z.string().transform(parseJson), z.unknown()])
    .pipe(z.partialRecord(z.enum(SYNC_PROVIDERS), baseUrl))
    .meta({ description: "Other addresses of the usage and cost APIs of providers, by the provider's name" }),
  mockProviders: z
    .union([z.null(), baseUrl])
    .meta({ description: "A running outlay mock-provider that the gateway sends every call to" }),
});

export type Config = z.output<typeof configSchema>;
export type ConfigKey = keyof Config;

export interface ResolvedConfig {
  config: Config;
  /** Where each value came from: `flag --port`, `environment OUTLAY_PORT`, `file <path>`, `settings` or `default`. */
  origins: Record<ConfigKey, string>;
  /** OUTLAY_… variables of the environment that mean nothing to Outlay: perhaps a typing error. */
  unknownVariables: string[];
}

/** Name of each setting on the command line, in the environment and in the file. */
const NAMES = {
  host: { flag: "host", variable: "OUTLAY_HOST", key: "host" },
  port: { flag: "port", variable: "OUTLAY_PORT", key: "port" },
  dataDir: { flag: "data", variable: "OUTLAY_DATA", key: null },
  timeZone: { flag: "timezone", variable: "OUTLAY_TIMEZONE", key: "timezone" },
  retentionDays: { flag: "retention-days", variable: "OUTLAY_RETENTION_DAYS", key: "retentionDays" },
  archive: { flag: null, variable: "OUTLAY_ARCHIVE", key: "archive" },
  archiveFolder: { flag: null, variable: "OUTLAY_ARCHIVE_FOLDER", key: "archiveFolder" },
  archiveDays: { flag: null, variable: "OUTLAY_ARCHIVE_DAYS", key: "archiveDays" },
  archiveEvents: { flag: null, variable: "OUTLAY_ARCHIVE_EVENTS", key: "archiveEvents" },
  refreshPrices: { flag: "refresh-prices", variable: "OUTLAY_REFRESH_PRICES", key: "refreshPrices" },
  pricesUrl: { flag: "prices-url", variable: "OUTLAY_PRICES_URL", key: "pricesUrl" },
  priceOverrides: { flag: null, variable: null, key: "priceOverrides" },
  modelNames: { flag: null, variable: null, key: "modelNames" },
  monthlyBudgetUsd: { flag: null, variable: "OUTLAY_MONTHLY_BUDGET", key: "monthlyBudgetUsd" },
  allowedOrigins: { flag: null, variable: "OUTLAY_ALLOWED_ORIGINS", key: "allowedOrigins" },
  publicUrl: { flag: "public-url", variable: "OUTLAY_PUBLIC_URL", key: "publicUrl" },
  allowedHosts: { flag: null, variable: "OUTLAY_ALLOWED_HOSTS", key: "allowedHosts" },
  trustedProxies: { flag: null, variable: "OUTLAY_TRUSTED_PROXIES", key: "trustedProxies" },
  setup: { flag: "setup", variable: "OUTLAY_SETUP", key: null },
  sessionDays: { flag: null, variable: "OUTLAY_SESSION_DAYS", key: "sessionDays" },
  oidc: { flag: null, variable: "OUTLAY_OIDC", key: "oidc" },
  providers: { flag: null, variable: "OUTLAY_PROVIDERS", key: "providers" },
  allowInternalWebhooks: {
    flag: null,
    variable: "OUTLAY_ALLOW_INTERNAL_WEBHOOKS",
    key: "allowInternalWebhooks",
  },
  syncUrls: { flag: null, variable: "OUTLAY_SYNC_URLS", key: "syncUrls" },
  mockProviders: { flag: "mock-providers", variable: "OUTLAY_MOCK_PROVIDERS", key: "mockProviders" },
} as const satisfies Record<ConfigKey, { flag: string | null; variable: string | null; key: string | null }>;

/**
 * How people see each setting, and whether they set it in the dashboard: what says where and under which names the server
 * listens, whom it believes and what it contacts on behalf of others is said by whoever starts it.
 */
const FACTS: Record<ConfigKey, { label: string; kind: SettingKind; inDashboard?: "at once" | "after a restart" }> = {
  timeZone: { label: "Time zone", kind: "time-zone", inDashboard: "at once" },
  retentionDays: { label: "Days that raw events are kept", kind: "days", inDashboard: "at once" },
  archive: { label: "Daily archive", kind: "on-off", inDashboard: "at once" },
  archiveDays: { label: "Days that the archive keeps", kind: "days", inDashboard: "at once" },
  archiveEvents: { label: "Calls in the archive", kind: "on-off", inDashboard: "at once" },
  refreshPrices: { label: "Refresh of prices", kind: "on-off", inDashboard: "at once" },
  pricesUrl: { label: "Address of the price list", kind: "address", inDashboard: "at once" },
  modelNames: { label: "Names of models", kind: "table", inDashboard: "at once" },
  monthlyBudgetUsd: { label: "Monthly budget over all sources, in dollars", kind: "number", inDashboard: "at once" },
  allowedOrigins: { label: "Allowed origins", kind: "list", inDashboard: "at once" },
  publicUrl: { label: "Public address", kind: "address", inDashboard: "after a restart" },
  sessionDays: { label: "Days until a session ends", kind: "days", inDashboard: "after a restart" },
  host: { label: "Address to listen on", kind: "text" },
  port: { label: "Port", kind: "number" },
  dataDir: { label: "Data folder", kind: "text" },
  archiveFolder: { label: "Folder of the archive", kind: "text" },
  priceOverrides: { label: "Prices of the configuration file", kind: "table" },
  allowedHosts: { label: "Further names", kind: "list" },
  trustedProxies: { label: "Trusted proxies", kind: "list" },
  setup: { label: "Set-up for others", kind: "on-off" },
  oidc: { label: "Single sign-on", kind: "table" },
  providers: { label: "Providers of the gateway", kind: "table" },
  allowInternalWebhooks: { label: "Internal webhooks", kind: "list" },
  syncUrls: { label: "Addresses of providers' reports", kind: "table" },
  mockProviders: { label: "Mock providers", kind: "address" },
};

/** Variables that other parts of Outlay read. */
const OTHER_VARIABLES = new Set([
  "OUTLAY_SERVER",
  "OUTLAY_URL",
  "OUTLAY_KEY",
  "OUTLAY_SECRET",
  "OUTLAY_OIDC_CLIENT_SECRET",
]);

/**
 * Resolves every setting: flags, then environment, then `outlay.config.json` in the data folder, then defaults. What was set in
 * the dashboard lies in the database; `withStoredSettings` puts it before the defaults.
 * Throws InvalidInput that names the place and the key of a bad or unknown setting.
 */
export function resolveConfig(
  sources: { flags?: Partial<Record<ConfigKey, unknown>>; environment?: NodeJS.ProcessEnv } = {},
): ResolvedConfig {
  const flags = sources.flags ?? {};
  const environment = sources.environment ?? process.env;
  const values: Partial<Record<ConfigKey, unknown>> = {};
  const origins: Partial<Record<ConfigKey, string>> = {};
  const take = (key: ConfigKey, value: unknown, origin: string) => {
    if (value === undefined || value === "" || origins[key] !== undefined) return;
    const checked = configSchema.shape[key].safeParse(value);
    if (!checked.success) throw badValue(key, value, origin, checked.error);
    values[key] = checked.data;
    origins[key] = origin;
  };

  for (const key of configKeys()) {
    const { flag, variable } = NAMES[key];
    if (flag !== null) take(key, flags[key], `flag --${flag}`);
    if (variable !== null) take(key, environment[variable], `environment ${variable}`);
  }
  take("dataDir", defaultDataDir(), "default");
  const dataDir = resolve(values.dataDir as string);
  values.dataDir = dataDir;

  const path = join(dataDir, CONFIG_FILE);
  const file = readConfigFile(path);
  for (const key of configKeys()) {
    if (NAMES[key].key !== null) take(key, file[NAMES[key].key], `file ${path}`);
  }
  const defaults = defaultValues();
  for (const key of configKeys()) take(key, defaults[key], "default");

  return {
    config: values as Config,
    origins: origins as Record<ConfigKey, string>,
    unknownVariables: unknownVariables(environment),
  };
}

/** Every setting, those of the dashboard first. */
export function settingDeclarations(): SettingDeclaration[] {
  const defaults: Partial<Config> = { ...defaultValues(), dataDir: defaultDataDir() };
  return (Object.keys(FACTS) as ConfigKey[]).map((name) => {
    const { label, kind, inDashboard = null } = FACTS[name];
    const schema: z.ZodType = configSchema.shape[name];
    return {
      name,
      label,
      description: schema.meta()?.description ?? "",
      kind,
      default: defaults[name] ?? null,
      isOptional: schema.safeParse(null).success,
      inDashboard,
      check(value, origin) {
        const checked = schema.safeParse(value);
        if (checked.success) return checked.data;
        throw badValue(name, value, origin, checked.error);
      },
    };
  });
}

const defaultDataDir = () => join(homedir(), ".outlay");

function defaultValues(): Partial<Config> {
  return {
    host: "127.0.0.1",
    port: 4100,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    retentionDays: null,
    archive: true,
    archiveFolder: null,
    archiveDays: 90,
    archiveEvents: false,
    refreshPrices: true,
    pricesUrl: null,
    priceOverrides: [],
    modelNames: [],
    monthlyBudgetUsd: null,
    allowedOrigins: [],
    publicUrl: null,
    allowedHosts: [],
    trustedProxies: [],
    setup: false,
    sessionDays: 14,
    oidc: null,
    providers: {},
    allowInternalWebhooks: false,
    syncUrls: {},
    mockProviders: null,
  };
}

function readConfigFile(path: string): Record<string, unknown> {
  const content = parseConfigFile(path);
  const known: string[] = configKeys().flatMap((key) => NAMES[key].key ?? []);
  for (const key of Object.keys(content)) {
    if (known.includes(key)) continue;
    throw new InvalidInput("unknown_setting", `${path} has the unknown key "${key}"; known are ${known.join(", ")}`, {
      field: key,
    });
  }
  return content;
}

function parseConfigFile(path: string): Record<string, unknown> {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new InvalidInput("unreadable_config_file", `${path} cannot be read: ${(error as Error).message}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw new InvalidInput("unreadable_config_file", `${path} is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InvalidInput("unreadable_config_file", `${path} must hold one JSON object`);
  }
  return value as Record<string, unknown>;
}

function badValue(key: ConfigKey, value: unknown, origin: string, error: z.ZodError): InvalidInput {
  const name = origin.startsWith("file ") ? `${NAMES[key].key} in ${origin.slice(5)}` : origin.split(" ").at(-1);
  const reason = error.issues[0]?.message ?? "it is not valid";
  return new InvalidInput("invalid_setting", `${name}: ${JSON.stringify(value)} cannot be used (${reason})`, {
    field: key,
  });
}

function unknownVariables(environment: NodeJS.ProcessEnv): string[] {
  const known = new Set<string | null>([...configKeys().map((key) => NAMES[key].variable), ...OTHER_VARIABLES]);
  return Object.keys(environment).filter((name) => name.startsWith("OUTLAY_") && !known.has(name));
}

function configKeys(): ConfigKey[] {
  return Object.keys(NAMES) as ConfigKey[];
}

/** Of a variable; what is no JSON stays text, and is refused as that. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

function isTimeZone(name: string): boolean {
  try {
    checkTimeZone(name);
    return true;
  } catch {
    return false;
  }
}
