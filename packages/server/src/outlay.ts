import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { InvalidInput, isLoopback } from "@outlay/core";
import { openAccounts } from "./access/accounts.ts";
import type { Accounts } from "./access/accounts.ts";
import { createHostPolicy } from "./access/host-policy.ts";
import type { HostPolicy } from "./access/host-policy.ts";
import { recogniseCallers } from "./access/recognise.ts";
import { openAlerts } from "./alerts/alerts.ts";
import type { Alerts } from "./alerts/alerts.ts";
import { openChannels } from "./alerts/channels/open-channels.ts";
import type { OpenChannels } from "./alerts/channels/open-channels.ts";
import { countChanges } from "./alerts/count-changes.ts";
import { openBackups } from "./backup/make-backup.ts";
import { settingDeclarations } from "./config.ts";
import type { Config, ResolvedConfig } from "./config.ts";
import { openEstimates } from "./estimates/estimates.ts";
import type { Estimates } from "./estimates/estimates.ts";
import type { Callers } from "./gateway/callers.ts";
import { createGateway } from "./gateway/gateway.ts";
import type { Gateway } from "./gateway/gateway.ts";
import { listUpstreams } from "./gateway/list-upstreams.ts";
import { gatewayUpstreams } from "./gateway/upstreams.ts";
import { createApp } from "./http/app.ts";
import type { HttpApp } from "./http/app.ts";
import { archiveJob } from "./jobs/archive.ts";
import { evaluateAlertsJob } from "./jobs/evaluate-alerts.ts";
import { expireJob } from "./jobs/expire.ts";
import { refreshPricesJob } from "./jobs/refresh-prices.ts";
import { sendReportsJob } from "./jobs/send-reports.ts";
import { scheduleJobs } from "./jobs/schedule.ts";
import { syncJob } from "./jobs/sync.ts";
import { openKeys } from "./keys/keys.ts";
import type { Keys, KeyStore } from "./keys/keys.ts";
import { findSecret, makeSecret } from "./keys/secret.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { createLiveFeed } from "./ledger/live-feed.ts";
import { openLearnedSizes } from "./limits/learned-sizes.ts";
import { openLimits } from "./limits/limits.ts";
import type { Limits } from "./limits/limits.ts";
import { openPersonalLimits } from "./limits/personal-limits.ts";
import { priceConfig } from "./price-config.ts";
import { openPriceBook } from "./prices/price-book.ts";
import { ScheduledReports } from "./reports/scheduled-reports.ts";
import { Settings } from "./settings/settings.ts";
import { openSqliteStorage } from "./storage/sqlite/sqlite-storage.ts";
import type { Storage } from "./storage/storage.ts";
import { watchStorage } from "./storage/watch-storage.ts";
import { openSync, type Sync } from "./sync/sync.ts";
import { version } from "./version.ts";
import { SubscriptionBook } from "./subscriptions/subscription-book.ts";
import { subscriptionSight } from "./subscriptions/subscription-sight.ts";
import { ViewBook } from "./views/view-book.ts";

/** Everything over one data folder. */
export interface Outlay {
  /** What counts at this moment, with what was set in the dashboard; it changes in place. */
  config: Readonly<Config>;
  ledger: Ledger;
  keys: Keys & KeyStore;
  /** Who may spend what. */
  limits: Limits;
  /** Where alerts go. */
  channels: OpenChannels;
  /** Who has to know of what. */
  alerts: Alerts;
  /** Tokens of calls whose provider said nothing. */
  estimates: Estimates;
  /** What providers report themselves. */
  sync: Sync;
  http: HttpApp;
  /** Who may come in; null in a mount. */
  accounts: Accounts | null;
  /** Under which names it answers, and who can reach it. */
  hosts: HostPolicy;
  /** What its owner's command line sends as its key. */
  ownerToken: string;
  /**
   * Begins with what happens by itself: refresh of prices, expiry, alerts. Returns the way to end it. `url`: where the server
   * listens, for links in messages when `publicUrl` does not say.
   */
  startJobs(url?: string): () => Promise<void>;
  /** Makes ready to forward calls to providers; it ends with the rest. */
  openGateway(): Gateway;
  close(): Promise<void>;
}

/** What kind of server it is. */
export interface ServerKind {
  /** The data is invented. */
  demo: boolean;
  /** Path under which another application serves it. */
  mountPath?: string;
  /** Our own mock provider runs here; the gateway has it under the name `mock`. */
  mockUrl?: string;
}

/** Beside the built program; from the sources, where the build puts it. */
const dashboardFolder = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../dist/dashboard" : "./dashboard", import.meta.url),
);

/** The clock of the product, in milliseconds since 1970. */
export const now = () => Date.now();

/** Opens the data folder and puts the parts together; nothing listens yet. Throws InvalidInput `data_folder_in_use`. */
export async function openOutlay(resolved: ResolvedConfig, facts: ServerKind): Promise<Outlay> {
  const { demo, mountPath = "", mockUrl = null } = facts;
  const { dataDir } = resolved.config;
  await mkdir(dataDir, { recursive: true });
  // bin/outlay.js has kept it small while the program was loaded; V8's own factor serves ingest a tenth faster. Flags must
  // not change once there are threads.
  setFlagsFromString("--semi-space-growth-factor=2");
  setFlagsFromString("--turbofan");
  // Code is compiled for the shapes of objects, and goes when a collection finds none of a shape: between two bursts of calls
  // there is none of most, and the next burst took half as long again.
  setFlagsFromString("--retain-maps-for-n-gc=100");
  // V8 places what was seen to live long among the old objects from the start. Events that wait for one slow write teach it
  // that of all events to come; dead among the old, they keep young ones alive until the next full collection. One process
  // in eight was a tenth to a third slower for good.
  setFlagsFromString("--no-allocation-site-pretenuring");
  // V8 would collect after eight seconds of rest, and the code with it; storage/give-back-memory.ts does it later.
  setFlagsFromString("--memory-reducer-gc-count=0");
  const store = await openSqliteStorage({ dataDir });
  const settings = await Settings.open({
    storage: store,
    declarations: settingDeclarations(),
    base: resolved,
    now,
    warn: (message) => logFailure("settings", message),
  });
  const config = settings.current;
  const { limits, watch } = await openLimits({
    storage: store,
    dataDir,
    now,
    timeZone: config.timeZone,
    logFailure: (error) => logFailure("limits", error),
  });
  // Counters move with what is stored: whoever stores does it through here.
  const changes = countChanges(watch);
  const storage = watchStorage(store, changes.watch);
  const sizes = await openLearnedSizes(storage);
  const prices = await openPriceBook({ storage, config: priceConfig(config), now });
  const estimates = await openEstimates({ storage });
  const keys = await openKeys({
    storage,
    dataDir,
    now,
    secret: process.env["OUTLAY_SECRET"] ?? null,
    warn: (message) => logFailure("keys", message),
  }).catch(async (error: unknown) => {
    await storage.close();
    throw error;
  });
  const secret = {
    find: () => findSecret(dataDir, process.env["OUTLAY_SECRET"] ?? null),
    make: () => makeSecret(dataDir),
  };
  let ownUrl = `http://${config.host}:${config.port}`;
  const channels = await openChannels({
    storage,
    secret,
    now,
    baseUrl: () => (config.publicUrl ?? ownUrl) + mountPath,
    get timeZone() {
      return config.timeZone;
    },
    allowInternal: config.allowInternalWebhooks,
    logFailure: (error) => logFailure("channels", error),
  });
  const sync = await openSync({
    storage,
    secret,
    now,
    urls: () => config.syncUrls,
    logFailure: (error) => logFailure("sync", error),
  });
  const hosts = createHostPolicy(config);
  const accounts = mountPath === "" ? await openAccounts(accountsOptions(config, storage, hosts)) : null;
  settings.addRule((next) => requireOwner(next, accounts));
  settings.onChange((names) => {
    if (names.includes("timeZone")) limits.setTimeZone(config.timeZone);
    if (names.includes("modelNames")) {
      prices.setNames(config.modelNames).catch((error: unknown) => logFailure("names of models", error));
    }
  });
  const views = await ViewBook.open({
    storage,
    now,
    hasAccount: (id) => accounts === null || accounts.people.get(id) !== null,
  });
  const subscriptions = await SubscriptionBook.open({ storage, now, timeZone: () => config.timeZone });
  const live = createLiveFeed();
  const ownerToken = `outlay_${randomBytes(32).toString("base64url")}`;
  const ledger: Ledger = {
    storage,
    prices,
    estimates,
    now,
    get timeZone() {
      return config.timeZone;
    },
    live,
    health: { unrecorded: 0 },
  };
  const personal = openPersonalLimits(ledger, limits);
  const alerts = await openAlerts({
    ledger,
    limits,
    keys,
    channels,
    subscriptions: subscriptionSight({
      ledger,
      book: subscriptions,
      monthlyBudgetUsd: () => config.monthlyBudgetUsd,
    }),
    // people may have switched e-mails about their own limits off
    mailsAbout: async (limitId) =>
      (await personal.read()).emailAlerts || !(await personal.limits()).some(({ id }) => id === limitId),
    changes: changes.count,
    logFailure: (error) => logFailure("alerts", error),
  });
  const upstreams = upstreamsOf(config, mockUrl);
  const reports = new ScheduledReports({ ledger, limits, channels });
  const http = createApp({
    ledger,
    keys,
    limits,
    sizes,
    channels,
    alerts,
    sync,
    recognise: recogniseCallers({ keys, accounts, isExposed: hosts.isExposed, ownerToken }),
    accounts,
    hosts,
    facts: { version, demo },
    dashboardFolder,
    mountPath,
    gatewayProviders: () =>
      listUpstreams(upstreams, {
        storedKeys: keys.listProviderKeys().map(({ provider }) => provider),
        mockUrl: mockUrl ?? config.mockProviders,
      }),
    allowedOrigins: () => config.allowedOrigins,
    settings,
    views,
    subscriptions: { book: subscriptions, monthlyBudgetUsd: () => config.monthlyBudgetUsd },
    reports,
    backups: await openBackups({ store, dataDir, version, now }),
    logFailure,
  });
  let gateway: Gateway | null = null;
  return {
    config,
    ledger,
    keys,
    limits,
    channels,
    alerts,
    estimates,
    sync,
    http,
    accounts,
    hosts,
    ownerToken,
    startJobs(url = ownUrl) {
      ownUrl = url;
      channels.start();
      return scheduleJobs(
        [...jobsOf(ledger, alerts, config), syncJob(() => sync.runDue()), sendReportsJob(() => reports.run())],
        (name, error) => logFailure(`job ${name}`, error),
      );
    },
    openGateway() {
      gateway = createGateway({
        ledger,
        keys,
        estimates,
        upstreams,
        limits: { limits, sizes },
        objectionTo: hosts.objectionTo,
        callers: gatewayCallers(accounts, hosts),
        logFailure,
      });
      return gateway;
    },
    async close() {
      http.close();
      await gateway?.close();
      await sync.close();
      await alerts.close();
      await Promise.all([estimates.close(), keys.close(), channels.close(), accounts?.close(), sizes.close()]);
      await limits.close();
      await storage.close();
    },
  };
}

function accountsOptions(
  { dataDir, sessionDays, oidc }: Readonly<Config>,
  storage: Storage,
  { isExposed }: HostPolicy,
) {
  const provider = oidc === null ? null : { ...oidc, clientSecret: process.env[oidc.clientSecretEnv]?.trim() || null };
  return { storage, dataDir, now, secret: process.env["OUTLAY_SECRET"] ?? null, isExposed, sessionDays, provider };
}

/** Who may use the gateway without a key of Outlay's. */
function gatewayCallers(accounts: Accounts | null, hosts: HostPolicy): Callers {
  return {
    isOpen: () => accounts === null || accounts.isOpen(),
    async signedIn(cookie) {
      const person = (await accounts?.personOf(new Headers({ cookie }))) ?? null;
      return person === null ? null : { name: person.email, user: person.user };
    },
    addressOf: (incoming) => hosts.clientOf(incoming).address,
  };
}

/** As the settings say, and `mock`: it speaks like OpenAI, and its calls are priced as if they were. */
function upstreamsOf({ providers, mockProviders }: Config, mockUrl: string | null) {
  const settings: Config["providers"] = { ...providers };
  if (mockUrl !== null) settings["mock"] ??= { baseUrl: `${mockUrl}/openai`, language: "openai", billedAs: "openai" };
  return gatewayUpstreams({ settings, mockProviders, environment: process.env });
}

function jobsOf(ledger: Ledger, alerts: Alerts, config: Readonly<Config>) {
  const archive = archiveJob(ledger, config.dataDir, {
    get enabled() {
      return config.archive;
    },
    get folder() {
      return config.archiveFolder;
    },
    get keepDays() {
      return config.archiveDays;
    },
    get events() {
      return config.archiveEvents;
    },
  });
  return [
    refreshPricesJob({ ...ledger, version }),
    evaluateAlertsJob(() => alerts.evaluate()),
    archive,
    expireJob(ledger, () => config.retentionDays, archive.run),
  ];
}

/** A public address lets others in: without an administrator the server would not start with it, and nobody could take it back. */
function requireOwner({ publicUrl }: Readonly<Config>, accounts: Accounts | null): void {
  if (publicUrl === null || accounts === null || accounts.hasAny() || isLoopback(new URL(publicUrl).hostname)) return;
  throw new InvalidInput(
    "administrator_required",
    `With ${publicUrl} others can reach Outlay, and nobody has an account yet: make an administrator first`,
    { field: "publicUrl" },
  );
}

/** A bug or a failing neighbour, for whoever runs the server; what they can mend themselves says so without a stack. */
function logFailure(where: string, error: unknown): void {
  const text = error instanceof InvalidInput ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${new Date().toISOString()} ${where} ${text}\n`);
}
