import { z } from "zod";
import type { Storage } from "../../storage/storage.ts";
import {
  askReported,
  REPORTED_FILTERS,
  REPORTED_GROUPS,
  type ReportedFilter,
  type ReportedGroup,
} from "../../sync/ask-reported.ts";
import { connectionChangeSchema, newConnectionSchema } from "../../sync/connection.ts";
import { reportedDaySchema } from "../../sync/reported-day.ts";
import type { Sync } from "../../sync/sync.ts";
import { actorOf } from "../authorize.ts";
import { oneOf, oneValue, periodParameters, wholeNumber } from "../parameters.ts";
import { addRoute, parseAs, type App } from "../route.ts";
import { connectionAnswer, connectionOf } from "../sync-answers.ts";

const tag = "Providers' reports";
const path = "/api/v1/sync";
const params = z.object({ id: z.string().meta({ description: "Of the connection" }) });
const one = z.strictObject({ connection: connectionAnswer });
const all = z.strictObject({ connections: z.array(connectionAnswer) });

const MAX_DAYS = 1_000;
const DEFAULT_ROWS = 1_000;
const MAX_ROWS = 10_000;

/** What providers report themselves: who is asked, and what they said. */
export function addSyncRoutes(
  app: App,
  {
    sync,
    storage,
    now,
    logFailure,
  }: { sync: Sync; storage: Storage; now: () => number; logFailure: (error: unknown) => void },
): void {
  addConnections(app, sync);
  addRuns(app, sync, logFailure);
  addReported(app, storage, now);
}

function addConnections(app: App, sync: Sync): void {
  const list = () => ({ connections: sync.list().map(connectionOf) });
  addRoute(
    app,
    { method: "get", path, access: "admin", tag, summary: "Providers that are asked, without their keys", answer: all },
    async () => list(),
  );
  addRoute(
    app,
    {
      method: "post",
      path,
      access: "admin",
      tag,
      summary: "Let a provider be asked what was used and what it costs",
      description:
        "Its key needs other rights than one for calls: see docs/sync.md. It is asked within minutes, and then every few hours. What it reports stands beside the recorded calls and is never added to them.",
      body: {
        schema: newConnectionSchema,
        example: { provider: "openai", name: "our organisation", key: "sk-admin-example-0000", since: "2026-01-01" },
      },
      answer: one,
    },
    async ({ c, body }) => {
      const wanted = parseAs(newConnectionSchema, await body(), "invalid_body");
      return { connection: connectionOf(await sync.create(wanted, actorOf(c))) };
    },
  );
  addRoute(
    app,
    {
      method: "patch",
      path: `${path}/{id}`,
      access: "admin",
      tag,
      summary: "Change a connection; only what is named changes",
      params,
      body: { schema: connectionChangeSchema, example: { everyHours: 12, recorded: ["key_abc"] } },
      answer: one,
    },
    async ({ c, params: { id = "" }, body }) => {
      const change = parseAs(connectionChangeSchema, await body(), "invalid_body");
      return { connection: connectionOf(await sync.change(id, change, actorOf(c))) };
    },
  );
  addRoute(
    app,
    {
      method: "delete",
      path: `${path}/{id}`,
      access: "admin",
      tag,
      summary: "Remove a connection, and all that it has reported",
      params,
      answer: all,
    },
    async ({ c, params: { id = "" } }) => {
      await sync.remove(id, actorOf(c));
      return list();
    },
  );
}

const runBody = z.strictObject({
  since: z.iso
    .date()
    .nullable()
    .default(null)
    .meta({ description: "Fetch again from this UTC day; null: what is new" }),
  wait: z.boolean().default(false).meta({ description: "Answer when it is over" }),
});
const daysBody = z.strictObject({
  days: z
    .array(reportedDaySchema)
    .min(1)
    .max(MAX_DAYS)
    .meta({ description: "Each replaces what was there of its day" }),
});

function addRuns(app: App, sync: Sync, logFailure: (error: unknown) => void): void {
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/{id}/run`,
      access: "admin",
      tag,
      summary: "Ask a provider now",
      description: "A run that is going on is joined. What became of it: GET /api/v1/sync",
      params,
      body: { schema: runBody, example: { since: "2026-11-01" } },
      answer: one,
    },
    async ({ params: { id = "" }, body }) => {
      const { since, wait } = parseAs(runBody, await body(), "invalid_body");
      const { isExport } = sync.get(id);
      const run = sync.run(id, { since });
      if (wait || isExport) return { connection: connectionOf(await run) };
      run.catch(logFailure);
      return { connection: connectionOf(sync.get(id)) };
    },
  );
  addRoute(
    app,
    {
      method: "put",
      path: `${path}/{id}/days`,
      access: "admin",
      tag,
      summary: "Replace days by what an exported file says",
      description:
        "For clouds, whose costs come from exports: outlay sync aws --path <file> reads them and sends this.",
      params,
      body: {
        schema: daysBody,
        example: {
          days: [
            {
              day: "2026-11-20",
              rows: [
                { provider: "aws", project: "123456789012", item: "USE1-input-tokens", costNanoUsd: 1_250_000_000 },
              ],
            },
          ],
        },
      },
      answer: one,
    },
    async ({ c, params: { id = "" }, body }) => {
      const { days } = parseAs(daysBody, await body(), "invalid_body");
      return { connection: connectionOf(await sync.putDays(id, days, actorOf(c))) };
    },
  );
}

const nullableName = z.string().nullable().optional();
const counts = z.number().int();
const usd = z.number().nullable().meta({ description: "US dollars; null: nobody said" });
const sums = {
  inputTokens: counts,
  cacheReadTokens: counts,
  cacheWriteTokens: counts,
  outputTokens: counts,
  reasoningTokens: counts,
  images: counts,
  audioSeconds: counts,
  characters: counts,
  pages: counts,
  searches: counts,
  requests: counts.nullable().meta({ description: "Model calls; null: nobody said" }),
  costUsd: usd,
  listCostUsd: usd.meta({ description: "Before discounts, of those who say both" }),
  foreign: z
    .array(z.strictObject({ currency: z.string(), amount: z.string() }))
    .meta({ description: "Money in other currencies; it is in no sum of dollars" }),
};
const reportedAnswer = z.strictObject({
  period: z.strictObject({ start: z.string(), end: z.string(), timeZone: z.literal("UTC") }),
  by: z.array(z.enum(REPORTED_GROUPS)),
  rows: z.array(
    z.strictObject({
      ...(Object.fromEntries(REPORTED_GROUPS.map((name) => [name, nullableName])) as Record<
        ReportedGroup,
        typeof nullableName
      >),
      ...sums,
      other: z.literal(true).optional(),
    }),
  ),
  totals: z.strictObject(sums),
  groups: z.number().int().meta({ description: "Before the limit cut them" }),
});

const { period, from, to } = periodParameters;
const filter = (name: string) =>
  z
    .string()
    .optional()
    .meta({ description: `Only of this ${name}` });

function addReported(app: App, storage: Storage, now: () => number): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/reported",
      access: "admin",
      tag,
      summary: "What providers report, in their own UTC days",
      description:
        "Beside what was recorded here, and never in the same sums: GET /api/v1/reconciliation holds one against the other.",
      query: z.object({
        period,
        from,
        to,
        by: z
          .string()
          .optional()
          .meta({ description: `Comma-separated; of ${REPORTED_GROUPS.join(", ")}`, example: "provider,day" }),
        ...(Object.fromEntries(REPORTED_FILTERS.map((name) => [name, filter(name)])) as Record<
          ReportedFilter,
          ReturnType<typeof filter>
        >),
        limit: z.string().optional().meta({ description: "Most rows; what lies beyond is summed as other" }),
      }),
      answer: reportedAnswer,
    },
    ({ query }) => {
      const filters = Object.fromEntries(
        REPORTED_FILTERS.flatMap((name) => {
          const value = oneValue(query, name);
          return value === undefined ? [] : [[name, value]];
        }),
      );
      const names = (oneValue(query, "by") ?? "provider").split(",").filter((text) => text !== "");
      return askReported(
        storage,
        {
          period: oneValue(query, "period"),
          from: oneValue(query, "from"),
          to: oneValue(query, "to"),
          by: [...new Set(names)].map((text) => oneOf({ by: [text] }, "by", REPORTED_GROUPS, "provider")),
          filters,
          limit: wholeNumber(query, "limit", { min: 1, max: MAX_ROWS, default: DEFAULT_ROWS }),
        },
        now(),
      );
    },
  );
}
