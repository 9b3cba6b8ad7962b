import type { Context } from "hono";
import { withoutUndefined } from "@outlay/core";
import { z } from "zod";
import { coversUsers, dataScopeOf } from "../../access/data-scope.ts";
import type { PlanAdvice } from "../../insights/savings-subscriptions.ts";
import { planFindings } from "../../subscriptions/plan-findings.ts";
import { planLimits } from "../../insights/plan-limits.ts";
import { seenSubscription, type SeenSubscription } from "../../subscriptions/narrow-subscription.ts";
import { newSubscriptionSchema, subscriptionChangesSchema } from "../../subscriptions/parse-subscription.ts";
import { ownPlanSchema } from "../../subscriptions/plan.ts";
import { subscriptionsReport } from "../../subscriptions/report.ts";
import type { SubscriptionsReport } from "../../subscriptions/report-answer.ts";
import { subscriptionNotFound, type SubscriptionBook } from "../../subscriptions/subscription-book.ts";
import type { QueryParams } from "../../ledger/answers.ts";
import { actorOf, ledgerOf, principalOf } from "../authorize.ts";
import type { HttpEnvironment } from "../environment.ts";
import { periodParameters } from "../parameters.ts";
import { addRoute, parseAs } from "../route.ts";
import type { App } from "../route.ts";
import {
  listedPlan,
  listedSubscription,
  planAnswer,
  subscriptionAnswer,
  subscriptionsReportAnswer,
} from "../subscription-answers.ts";

const tag = "Subscriptions";
const path = "/api/v1/subscriptions";
const id = z.object({ id: z.string() });
const listAnswer = z.strictObject({ subscriptions: z.array(subscriptionAnswer) });
const plansAnswer = z.strictObject({ plans: z.array(planAnswer) });

export interface SubscriptionParts {
  book: SubscriptionBook;
  /** What a month may cost over all sources; null: nothing is set. */
  monthlyBudgetUsd: () => number | null;
}

/** Flat fees beside usage: what they cost, what they cover, whether they are worth it. */
export function addSubscriptionRoutes(app: App, parts: SubscriptionParts): void {
  addPlanRoutes(app, parts.book);
  addRoute(
    app,
    {
      method: "get",
      path: `${path}/report`,
      access: "read",
      tag,
      summary: "Fees, metered costs and list-price value side by side, and the one monthly budget",
      description:
        "Three figures that are never added: fees are paid in advance, metered costs by use, value is what covered calls would have cost. Coverage is decided when this is asked.",
      query: z.object(periodParameters),
      answer: subscriptionsReportAnswer,
    },
    ({ c, query }) => reportFor(c, parts, query),
  );
  addRoute(
    app,
    { method: "get", path, access: "read", tag, summary: "Subscriptions, by their start", answer: listAnswer },
    async ({ c }) => ({
      subscriptions: seenBy(c, parts.book).map(({ subscription }) => listedSubscription(subscription)),
    }),
  );
  addRoute(
    app,
    {
      method: "post",
      path,
      access: "admin",
      tag,
      summary: "Add a subscription",
      description: "With a plan, what is not said is taken from it.",
      body: {
        schema: newSubscriptionSchema,
        example: { plan: "claude-max-5x", start: "2026-11-05", people: [{ user: "ann" }] },
      },
      answer: subscriptionAnswer,
    },
    async ({ c, body }) => {
      const given = parseAs(newSubscriptionSchema, await body(), "invalid_subscription");
      return listedSubscription(await parts.book.create(given, actorOf(c)));
    },
  );
  addRoute(
    app,
    {
      method: "get",
      path: `${path}/{id}`,
      access: "read",
      tag,
      summary: "One subscription",
      params: id,
      answer: subscriptionAnswer,
    },
    async ({ c, params }) => {
      const found = seenBy(c, parts.book).find(({ subscription }) => subscription.id === params["id"]);
      if (found === undefined) throw subscriptionNotFound(params["id"]!);
      return listedSubscription(found.subscription);
    },
  );
  addRoute(
    app,
    {
      method: "patch",
      path: `${path}/{id}`,
      access: "admin",
      tag,
      summary: "Change a subscription",
      description:
        "What is not named stays, lists are replaced. For another amount or other seats from a day on, add to changes: amountUsd and seats count from the start.",
      params: id,
      body: { schema: subscriptionChangesSchema, example: { cancelledOn: "2026-11-22" } },
      answer: subscriptionAnswer,
    },
    async ({ c, params, body }) => {
      const given = parseAs(subscriptionChangesSchema, await body(), "invalid_subscription");
      return listedSubscription(await parts.book.change(params["id"]!, given, actorOf(c)));
    },
  );
  addRoute(
    app,
    {
      method: "delete",
      path: `${path}/{id}`,
      access: "admin",
      tag,
      summary: "Remove a subscription as if it had never been; to end one, change its end or cancelledOn",
      params: id,
      answer: listAnswer,
    },
    async ({ c, params }) => {
      await parts.book.remove(params["id"]!, actorOf(c));
      return { subscriptions: parts.book.list().map(listedSubscription) };
    },
  );
}

function addPlanRoutes(app: App, book: SubscriptionBook): void {
  const plans = async () => ({ plans: book.plans().map(listedPlan) });
  addRoute(
    app,
    {
      method: "get",
      path: `${path}/plans`,
      access: "read",
      tag,
      summary: "Plans of the catalogue, with their sources, and of one's own",
      answer: plansAnswer,
    },
    plans,
  );
  addRoute(
    app,
    {
      method: "put",
      path: `${path}/plans/{id}`,
      access: "admin",
      tag,
      summary: "Set a plan of one's own; it goes before one of the catalogue with the same id",
      description: "Subscriptions keep what they began with.",
      params: id,
      body: {
        schema: ownPlanSchema,
        example: { name: "Editor, team", amountUsd: 30, covers: { sources: ["editor"] } },
      },
      answer: planAnswer,
    },
    async ({ c, params, body }) => {
      const given = parseAs(ownPlanSchema, await body(), "invalid_plan");
      return listedPlan(await book.putPlan(params["id"]!, given, actorOf(c)));
    },
  );
  addRoute(
    app,
    {
      method: "delete",
      path: `${path}/plans/{id}`,
      access: "admin",
      tag,
      summary: "Remove a plan of one's own",
      params: id,
      answer: plansAnswer,
    },
    async ({ c, params }) => {
      await book.removePlan(params["id"]!, actorOf(c));
      return plans();
    },
  );
}

/** Members learn of their own seats, and of no budget. */
export async function reportFor(
  c: Context<HttpEnvironment>,
  { book, monthlyBudgetUsd }: SubscriptionParts,
  query: QueryParams,
): Promise<SubscriptionsReport> {
  const scope = dataScopeOf(principalOf(c));
  const ledger = ledgerOf(c);
  const maySee = (user: string | null) => coversUsers(scope, user === null ? null : [user]);
  return subscriptionsReport(
    {
      ledger,
      seen: seenBy(c, book),
      plans: book.plans(),
      monthlyBudgetUsd: scope === "all" ? monthlyBudgetUsd() : null,
      limits: await planLimits(ledger.storage, ledger, { maySee }),
    },
    query,
  );
}

/** What could be saved on the subscriptions that whoever asks may see. */
export async function adviceFor(
  c: Context<HttpEnvironment>,
  parts: SubscriptionParts,
  { period, from, to, tz }: QueryParams,
): Promise<PlanAdvice> {
  const report = await reportFor(c, parts, withoutUndefined({ period, from, to, tz }));
  return {
    findings: planFindings(report, parts.book.list()),
    sameCharges: new Set(report.sameCharges.map(({ id: charge }) => charge)),
  };
}

function seenBy(c: Context<HttpEnvironment>, book: SubscriptionBook): SeenSubscription[] {
  const scope = dataScopeOf(principalOf(c));
  return book
    .list()
    .map((subscription) => seenSubscription(subscription, scope))
    .filter((seen) => seen !== null);
}
