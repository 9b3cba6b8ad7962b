import { randomUUID } from "node:crypto";
import { OpenAPIHono } from "@hono/zod-openapi";
import { InvalidInput, ProviderFailed } from "@outlay/core";
import type { Context, MiddlewareHandler } from "hono";
import type { Accounts } from "../access/accounts.ts";
import type { HostPolicy } from "../access/host-policy.ts";
import { TooManySignIns } from "../access/sign-in-throttle.ts";
import type { Alerts } from "../alerts/alerts.ts";
import type { OpenChannels } from "../alerts/channels/open-channels.ts";
import type { Backups } from "../backup/make-backup.ts";
import type { Keys, KeyStore } from "../keys/keys.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { LearnedSizes } from "../limits/learned-sizes.ts";
import type { Limits } from "../limits/limits.ts";
import { openPersonalLimits } from "../limits/personal-limits.ts";
import { LangfuseReceiver } from "../telemetry/langfuse-receiver.ts";
import type { Sync } from "../sync/sync.ts";
import { OtlpReceiver } from "../telemetry/otlp-receiver.ts";
import type { ScheduledReports } from "../reports/scheduled-reports.ts";
import type { ViewBook } from "../views/view-book.ts";
import { addAddresses } from "./addresses.ts";
import { allowOrigins } from "./allowed-origins.ts";
import { provideAccess, type Recognise } from "./authorize.ts";
import type { HttpEnvironment } from "./environment.ts";
import { refuseForeignPages } from "./guards.ts";
import { LiveStreams } from "./live.ts";
import { addDocumentation } from "./openapi.ts";
import { problemOf, problemResponse } from "./problem.ts";
import { releaseBody } from "./read-body.ts";
import type { App } from "./route.ts";
import { addAccountRoutes } from "./routes/accounts.ts";
import { addAlertRoutes } from "./routes/alerts.ts";
import { addArchiveRoutes } from "./routes/archive.ts";
import { addAuditRoutes } from "./routes/audit.ts";
import { addBudgetRoutes } from "./routes/budgets.ts";
import { addChannelRoutes } from "./routes/channels.ts";
import { addChargeRoutes } from "./routes/charges.ts";
import { addCodingRoutes } from "./routes/coding.ts";
import { addComparisonRoutes } from "./routes/comparisons.ts";
import { addEntityRoutes } from "./routes/entities.ts";
import { addEventRoutes } from "./routes/events.ts";
import { addExportRoutes } from "./routes/export.ts";
import { addGatewayRoutes } from "./routes/gateway.ts";
import type { GatewayProvider } from "./routes/gateway.ts";
import { addImportRoutes } from "./routes/imports.ts";
import { addInsightRoutes } from "./routes/insights.ts";
import { addKeyRoutes } from "./routes/keys.ts";
import { addLangfuseRoutes } from "./routes/langfuse.ts";
import { addLimitLeaseRoutes } from "./routes/limit-leases.ts";
import { addLimitQuestions } from "./routes/limit-questions.ts";
import { addLimitRoutes } from "./routes/limits.ts";
import { addMaintenanceRoutes } from "./routes/maintenance.ts";
import { addMcpRoute } from "./routes/mcp.ts";
import { addOtlpRoutes } from "./routes/otlp.ts";
import { addPeopleRoutes } from "./routes/people.ts";
import { addPersonalLimitRoutes } from "./routes/personal-limits.ts";
import { addPriceRoutes } from "./routes/prices.ts";
import { addQuestionRoutes } from "./routes/questions.ts";
import { addReconciliationRoutes } from "./routes/reconciliation.ts";
import { addReportRoutes } from "./routes/reports.ts";
import { addSettingsRoutes } from "./routes/settings.ts";
import type { SettingsDesk } from "./routes/settings.ts";
import { addStreamRoute } from "./routes/stream.ts";
import { addSyncRoutes } from "./routes/sync.ts";
import { addSubscriptionRoutes } from "./routes/subscriptions.ts";
import type { SubscriptionParts } from "./routes/subscriptions.ts";
import { addSystemRoutes } from "./routes/system.ts";
import type { ServerFacts } from "./routes/system.ts";
import { addTraceRoutes } from "./routes/traces.ts";
import { addViewRoutes } from "./routes/views.ts";
import { StaticFiles } from "./static.ts";

export interface HttpParts {
  ledger: Ledger;
  keys: Keys & KeyStore;
  channels: OpenChannels;
  alerts: Alerts;
  sync: Sync;
  limits: Limits;
  /** What calls mostly use, for those who ask before they call. */
  sizes: Pick<LearnedSizes, "size">;
  /** Who sends a request. */
  recognise: Recognise;
  /** null in a mount: its application knows who comes. */
  accounts: Accounts | null;
  /** Under which names it answers. */
  hosts: HostPolicy;
  facts: ServerFacts;
  /** Folder of the built dashboard; it may be empty or missing. */
  dashboardFolder: string;
  /** Path under which another application serves all of this; empty when it has a server of its own. */
  mountPath: string;
  /** What the gateway forwards to. */
  gatewayProviders: () => GatewayProvider[];
  /** Origins whose pages may read the API; asked with each request. */
  allowedOrigins: () => readonly string[];
  settings: SettingsDesk;
  views: ViewBook;
  subscriptions: SubscriptionParts;
  backups: Backups;
  reports: ScheduledReports;
  /** Hears of failures that are ours, with the id that the client was given. */
  logFailure: (requestId: string, error: unknown) => void;
}

/** The HTTP application: answers through `fetch` or `request`, with or without a socket. */
export interface HttpApp {
  app: App;
  /** Ends the live streams, so that a server can stop. */
  close(): void;
}

/** Puts every route together. */
export function createApp({
  ledger,
  keys,
  channels,
  alerts,
  sync,
  limits,
  sizes,
  recognise,
  accounts,
  hosts,
  facts,
  dashboardFolder,
  mountPath,
  gatewayProviders,
  allowedOrigins,
  settings,
  views,
  subscriptions,
  backups,
  reports,
  logFailure,
}: HttpParts): HttpApp {
  const app: App = new OpenAPIHono<HttpEnvironment>();
  const streams = new LiveStreams(alerts.history);
  const files = new StaticFiles(dashboardFolder, mountPath, () => ledger.timeZone);

  app.use(identify(logFailure));
  app.use(refuseForeignPages(hosts));
  app.use(allowOrigins(allowedOrigins));
  app.use(provideAccess(recognise, ledger));
  app.onError((error, c) => {
    if (!(error instanceof InvalidInput) && !(error instanceof ProviderFailed)) logFailure(c.get("requestId"), error);
    const response = problemResponse(problemOf(error, c.get("requestId")));
    if (error instanceof TooManySignIns) response.headers.set("retry-after", String(error.retryAfterSeconds));
    return response;
  });

  addSystemRoutes(app, ledger, facts);
  addEventRoutes(app, ledger);
  addImportRoutes(app, ledger.storage);
  addOtlpRoutes(app, new OtlpReceiver(ledger), logFailure);
  addLangfuseRoutes(app, new LangfuseReceiver(ledger), facts, logFailure);
  addChargeRoutes(app, ledger);
  addQuestionRoutes(app);
  addInsightRoutes(app, subscriptions);
  addComparisonRoutes(app);
  addCodingRoutes(app, ledger);
  addEntityRoutes(app);
  addTraceRoutes(app);
  addExportRoutes(app);
  addPriceRoutes(app, ledger);
  addKeyRoutes(app, keys, ledger.now);
  addAccountRoutes(app, accounts);
  if (accounts !== null) addPeopleRoutes(app, accounts);
  addChannelRoutes(app, channels);
  addAlertRoutes(app, alerts);
  addReconciliationRoutes(app, ledger);
  addSyncRoutes(app, {
    sync,
    storage: ledger.storage,
    now: ledger.now,
    logFailure: (error) => logFailure("sync", error),
  });
  addGatewayRoutes(app, gatewayProviders);
  addMaintenanceRoutes(app, ledger, backups);
  addArchiveRoutes(app, ledger);
  addReportRoutes(app, limits, reports);
  addAuditRoutes(app, ledger.storage);
  addSettingsRoutes(app, settings);
  addViewRoutes(app, views);
  addSubscriptionRoutes(app, subscriptions);
  addStreamRoute(app, streams);
  const personal = openPersonalLimits(ledger, limits);
  const limitParts = { ledger, limits, sizes, personal };
  addLimitQuestions(app, limitParts);
  addPersonalLimitRoutes(app, limitParts);
  addLimitLeaseRoutes(app, limitParts);
  addLimitRoutes(app, limitParts);
  addBudgetRoutes(app, limitParts);
  addMcpRoute(app, facts.version);
  const addresses = addAddresses(app, { limits, personal, subscriptions });
  addDocumentation(app, facts.version);

  const methods = methodsByPath(app);
  app.notFound((c) => answerUnknown(c, files, methods));
  return {
    app,
    close() {
      streams.close();
      addresses.close();
    },
  };
}

/** Gives the request its id, and its large body's turn back at the end. */
function identify(logFailure: HttpParts["logFailure"]): MiddlewareHandler<HttpEnvironment> {
  return async (c, next) => {
    const requestId = randomUUID();
    const outgoing = c.env?.outgoing;
    c.set("requestId", requestId);
    c.set("abandon", (error) => {
      if (error !== undefined) logFailure(requestId, error);
      outgoing?.destroy();
      return outgoing !== undefined;
    });
    outgoing?.setHeader("x-request-id", requestId);
    try {
      await next();
    } finally {
      releaseBody(c);
    }
  };
}

type MethodsByPath = { pattern: RegExp; methods: Set<string> }[];

/** Which methods each address of the API has, for 405 and OPTIONS. */
function methodsByPath(app: App): MethodsByPath {
  const byPath = new Map<string, Set<string>>();
  for (const { path, method } of app.routes) {
    if (method === "ALL") continue;
    const methods = byPath.get(path) ?? new Set(["OPTIONS"]);
    methods.add(method);
    if (method === "GET") methods.add("HEAD");
    byPath.set(path, methods);
  }
  return [...byPath].map(([path, methods]) => ({
    pattern: new RegExp(`^${path.replaceAll(/:\w+/g, "[^/]+")}$`),
    methods,
  }));
}

async function answerUnknown(c: Context<HttpEnvironment>, files: StaticFiles, known: MethodsByPath): Promise<Response> {
  const { method, path } = c.req;
  const methods = known.filter(({ pattern }) => pattern.test(path)).flatMap((entry) => [...entry.methods]);
  if (methods.length > 0) {
    const allow = { allow: [...new Set(methods)].join(", ") };
    if (method === "OPTIONS") return new Response(null, { status: 204, headers: allow });
    const error = new InvalidInput("method_not_allowed", `${path} takes ${allow.allow}, not ${method}`, {
      status: 405,
    });
    const response = problemResponse(problemOf(error, c.get("requestId")));
    response.headers.set("allow", allow.allow);
    return response;
  }
  const isPage = (method === "GET" || method === "HEAD") && path !== "/api" && !path.startsWith("/api/");
  const page = isPage ? await files.answer(c) : null;
  if (page !== null) return page;
  const error = new InvalidInput("not_found", `There is nothing at ${method} ${path.slice(0, 200)}; see /api/docs`, {
    status: 404,
  });
  return problemResponse(problemOf(error, c.get("requestId")));
}
