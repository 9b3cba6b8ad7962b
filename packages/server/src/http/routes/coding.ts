import { parseInstant } from "@outlay/core";
import { z } from "zod";
import { coversUsers, dataScopeOf } from "../../access/data-scope.ts";
import { blocks } from "../../insights/blocks.ts";
import { keepPlanLimits, planLimits } from "../../insights/plan-limits.ts";
import { statusline } from "../../insights/statusline.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import { ledgerOf, principalOf } from "../authorize.ts";
import { blocksAnswer, planLimitsAnswer, statuslineAnswer } from "../coding-answers.ts";
import { filterParameters, oneValue, periodParameters } from "../parameters.ts";
import { addRoute, parseAs } from "../route.ts";
import type { App } from "../route.ts";
import { senderOf } from "../sender.ts";

const tag = "Coding tools";
const text = (description: string, example: string) => z.string().optional().meta({ description, example });
const name = z.string().trim().min(1).max(128);
const tool = name.meta({ description: "The tool that was told: claude-code, codex", example: "claude-code" });
const MOST_WINDOWS = 20;

const toldLimits = z
  .strictObject({
    tool,
    account: name.default("default").meta({ description: "Which of several accounts or machines" }),
    user: name.nullable().default(null).meta({ description: "Whose it is; default: whom the key stands for" }),
    plan: name.nullable().default(null).meta({ description: "As the tool names it: max, plus" }),
    reportedAt: z
      .string()
      .refine((value) => parseInstant(value) !== null, "expected an ISO instant")
      .optional()
      .meta({ description: "When the tool was told; default: now" }),
    windows: z
      .array(
        z.strictObject({
          name,
          minutes: z.number().int().min(1).max(1_000_000).nullable().default(null),
          usedPercent: z.number().min(0).max(100_000),
          resetsAt: z
            .string()
            .refine((value) => parseInstant(value) !== null, "expected an ISO instant")
            .nullable()
            .default(null),
        }),
      )
      .min(1)
      .max(MOST_WINDOWS),
  })
  .meta({ id: "ReportedPlanLimits" });

/** What coding tools use: blocks of hours, what their plans allow, and what their status lines show. */
export function addCodingRoutes(app: App, { storage, now }: Pick<Ledger, "storage" | "now">): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/blocks",
      access: "read",
      tag,
      summary: "Calls in blocks of five hours, with the rate and projection of the running one",
      description:
        "A block begins with the full UTC hour of its first call; after a longer silence a gap stands between two. It is reckoned from recorded calls, a local estimate: where a plan really starts anew is in /api/v1/plan-limits, if the tool was told.",
      query: z.object({
        ...periodParameters,
        ...filterParameters,
        hours: text("How long a block is; default 5", "5"),
        tokenLimit: text("Most tokens of a block: a number, or max for the largest one", "max"),
        active: text("true: only the block that is running", "true"),
      }),
      answer: blocksAnswer,
    },
    ({ c, query }) => blocks(ledgerOf(c), query),
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/statusline",
      access: "read",
      tag,
      summary: "What stands in a coding tool's status line: this session, today, the running block",
      query: z.object({
        ...filterParameters,
        tz: periodParameters.tz,
        session: text("Id of the session that is running", "1693b44f"),
      }),
      answer: statuslineAnswer,
    },
    ({ c, query }) => statusline(ledgerOf(c), query),
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/plan-limits",
      access: "read",
      tag,
      summary: "How full the windows of subscriptions are, as their providers told the tools",
      query: z.object({ tool: text("Only of this tool", "claude-code") }),
      answer: planLimitsAnswer,
    },
    async ({ c, query }) => {
      const scope = dataScopeOf(principalOf(c));
      const maySee = (user: string | null) => coversUsers(scope, user === null ? null : [user]);
      return { limits: await planLimits(storage, ledgerOf(c), { tool: oneValue(query, "tool"), maySee }) };
    },
  );
  addRoute(
    app,
    {
      method: "put",
      path: "/api/v1/plan-limits",
      access: "ingest",
      tag,
      summary: "Tell what a coding tool was told of a plan's limits",
      description: "The newest of a tool and account stands.",
      body: {
        schema: toldLimits,
        example: {
          tool: "claude-code",
          plan: "max",
          windows: [{ name: "five_hour", minutes: 300, usedPercent: 41.5, resetsAt: "2026-11-22T13:00:00Z" }],
        },
      },
      answer: z.strictObject({ kept: z.boolean().meta({ description: "false: something newer is known" }) }),
      example: { kept: true },
    },
    async ({ c, body }) => {
      const { windows, reportedAt, user, ...told } = parseAs(toldLimits, await body(), "invalid_body");
      return keepPlanLimits(storage, {
        ...told,
        user: user ?? senderOf(c).user ?? null,
        reportedAt: new Date(parseInstant(reportedAt ?? "") ?? now()).toISOString(),
        windows: windows.map((window) => ({
          ...window,
          resetsAt: window.resetsAt === null ? null : new Date(parseInstant(window.resetsAt)!).toISOString(),
        })),
      });
    },
  );
}
