import { z } from "zod";
import { coversUsers, dataScopeOf } from "../../access/data-scope.ts";
import type { Alerts } from "../../alerts/alerts.ts";
import type { DeliveryResult } from "../../alerts/channels/channels.ts";
import { RULE_KINDS, ruleSchema, type AlertRule } from "../../alerts/rule.ts";
import { silenceSchema } from "../../alerts/silences.ts";
import {
  alertAnswer,
  alertAnswerSchema,
  historyAnswer,
  historyAnswerSchema,
  ruleAnswer,
  silenceAnswer,
  silenceAnswerSchema,
} from "../alert-answers.ts";
import { actorOf, principalOf } from "../authorize.ts";
import { oneOf, oneValue, wholeNumber } from "../parameters.ts";
import { addRoute, parseAs } from "../route.ts";
import type { App } from "../route.ts";

const tag = "Alerts";
const path = "/api/v1/alerts";
const text = (description: string) => z.string().optional().meta({ description });
const params = z.object({ id: z.string() });

const ruleAnswerSchema = z
  .looseObject({
    id: z.string(),
    kind: z.enum(RULE_KINDS),
    name: z.string(),
    enabled: z.boolean(),
    createdAt: z.string(),
    updatedAt: z.string(),
    openAlerts: z.number().int(),
    lastLook: z
      .strictObject({ at: z.string(), note: z.string().nullable(), failure: z.string().nullable() })
      .nullable()
      .meta({ description: "null: it has not looked since the server started" }),
  })
  .meta({ id: "AlertRule", description: "With the settings of its kind, as they were sent" });
const rulesAnswer = z.strictObject({ rules: z.array(ruleAnswerSchema) });
const silencesAnswer = z.strictObject({ silences: z.array(silenceAnswerSchema) });

/** What has been noticed, the rules by which it is, and who is not to be told for now. */
export function addAlertRoutes(app: App, alerts: Alerts): void {
  addAlerts(app, alerts);
  addHistory(app, alerts);
  addRules(app, alerts);
  addSilences(app, alerts);
  addTest(app, alerts);
}

function addAlerts(app: App, alerts: Alerts): void {
  const answer = z.strictObject({ alerts: z.array(alertAnswerSchema) });
  const told = (alert: ReturnType<Alerts["list"]>[number]) =>
    alertAnswer(alert, alerts.rules.get(alert.ruleId), alerts.silences.covers(alert.ruleId, alert.subject));
  addRoute(
    app,
    {
      method: "get",
      path,
      access: "read",
      tag,
      summary: "Alerts: open ones first, each with the newest first",
      description: "Members see those that are about their own calls alone.",
      query: z.object({
        state: text("open (default), closed or all"),
        rule: text("Only of the rule with this id"),
        limit: text("At most 2000; default 200"),
      }),
      answer,
    },
    async ({ c, query }) => {
      const state = oneOf(query, "state", ["open", "closed", "all"], "open");
      const rule = oneValue(query, "rule");
      const limit = wholeNumber(query, "limit", { min: 1, max: 2_000, default: 200 });
      const scope = dataScopeOf(principalOf(c));
      const shown = alerts
        .list()
        .filter((alert) => state === "all" || alert.isOpen === (state === "open"))
        .filter((alert) => rule === undefined || alert.ruleId === rule)
        .filter((alert) => coversUsers(scope, alert.users));
      return { alerts: shown.slice(0, limit).map(told) };
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/{id}/acknowledge`,
      access: "admin",
      tag,
      summary: "Say that somebody knows of it: it is not told again unless it becomes more urgent",
      params,
      answer: z.strictObject({ alert: alertAnswerSchema }),
    },
    async ({ c, params: { id } }) => ({ alert: told(await alerts.acknowledge(id!, actorOf(c))) }),
  );
}

function addHistory(app: App, alerts: Alerts): void {
  addRoute(
    app,
    {
      method: "get",
      path: `${path}/history`,
      access: "read",
      tag,
      summary: "What became of alerts, newest first",
      description:
        "Members see what is about their own calls alone. Whether messages arrived: GET /api/v1/deliveries?alert=…",
      query: z.object({
        rule: text("Only of the rule with this id"),
        alert: text("Only of the alert with this id"),
        limit: text("At most 1000; default 100"),
        cursor: text("nextCursor of the page before"),
      }),
      answer: z.strictObject({ entries: z.array(historyAnswerSchema), nextCursor: z.string().nullable() }),
    },
    async ({ c, query }) => {
      const rule = oneValue(query, "rule");
      const alert = oneValue(query, "alert");
      const scope = dataScopeOf(principalOf(c));
      const page = await alerts.history.page({
        limit: wholeNumber(query, "limit", { min: 1, max: 1_000, default: 100 }),
        cursor: oneValue(query, "cursor") ?? null,
        keeps: (entry) =>
          (rule === undefined || entry.ruleId === rule) &&
          (alert === undefined || entry.alertId === alert) &&
          coversUsers(scope, entry.users),
      });
      return { entries: page.entries.map(historyAnswer), nextCursor: page.nextCursor };
    },
  );
}

function addRules(app: App, alerts: Alerts): void {
  const shown = (rule: AlertRule, open = alerts.list().filter((alert) => alert.isOpen)) => {
    const count = open.filter((alert) => alert.ruleId === rule.id).length;
    return ruleAnswer(rule, alerts.lastLook(rule.id), count);
  };
  const list = () => {
    const open = alerts.list().filter((alert) => alert.isOpen);
    return { rules: alerts.rules.list().map((rule) => shown(rule, open)) };
  };
  const one = z.strictObject({ rule: ruleAnswerSchema });
  addRoute(
    app,
    {
      method: "get",
      path: `${path}/rules`,
      access: "admin",
      tag,
      summary: "The rules, those out of the box too, and how their last looks went",
      answer: rulesAnswer,
    },
    async () => list(),
  );
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/rules`,
      access: "admin",
      tag,
      summary: "Make a rule",
      body: {
        schema: ruleSchema,
        example: { kind: "cost", name: "One user above $10 a day", amountUsd: 10, period: "day", each: "user" },
      },
      answer: one,
    },
    async ({ c, body }) => ({ rule: shown(await alerts.createRule(await body(), actorOf(c))) }),
  );
  addRoute(
    app,
    {
      method: "patch",
      path: `${path}/rules/{id}`,
      access: "admin",
      tag,
      summary: "Change the fields of a rule that are named",
      description: "Its kind stays. The open alerts of a rule that is switched off are closed.",
      params,
      body: { schema: z.looseObject({}), example: { amountUsd: 20 } },
      answer: one,
    },
    async ({ c, params: { id }, body }) => ({ rule: shown(await alerts.changeRule(id!, await body(), actorOf(c))) }),
  );
  addRoute(
    app,
    {
      method: "delete",
      path: `${path}/rules/{id}`,
      access: "admin",
      tag,
      summary: "Delete a rule; its open alerts are closed",
      params,
      answer: rulesAnswer,
    },
    async ({ c, params: { id } }) => {
      await alerts.removeRule(id!, actorOf(c));
      return list();
    },
  );
}

function addSilences(app: App, alerts: Alerts): void {
  const { silences } = alerts;
  const list = () => ({ silences: silences.list().map(silenceAnswer) });
  addRoute(
    app,
    {
      method: "get",
      path: `${path}/silences`,
      access: "admin",
      tag,
      summary: "What nobody is told of for now",
      answer: silencesAnswer,
    },
    async () => list(),
  );
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/silences`,
      access: "admin",
      tag,
      summary: "Tell nobody of a rule, of one subject of it, or of anything, until an instant",
      description:
        "Alerts are noted all the same. What is still so when the silence ends is told then; what was told before and is over is told at once.",
      body: {
        schema: silenceSchema,
        example: { rule: "spike", until: "2027-01-04T08:00:00Z", reason: "load test tonight" },
      },
      answer: z.strictObject({ silence: silenceAnswerSchema }),
    },
    async ({ c, body }) => ({ silence: silenceAnswer(await alerts.silence(await body(), actorOf(c))) }),
  );
  addRoute(
    app,
    {
      method: "delete",
      path: `${path}/silences/{id}`,
      access: "admin",
      tag,
      summary: "End a silence",
      params,
      answer: silencesAnswer,
    },
    async ({ c, params: { id } }) => {
      await silences.end(id!, actorOf(c));
      return list();
    },
  );
}

const testBody = z.strictObject({
  rule: z.string().nullable().default(null).meta({ description: "Id of a rule; null: through every enabled channel" }),
});

function addTest(app: App, alerts: Alerts): void {
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/test`,
      access: "admin",
      tag,
      summary: "Send a test message through the channels of a rule, or through all of them",
      description: "What a single channel answers: POST /api/v1/channels/{id}/test",
      body: { schema: testBody, example: { rule: "spike" } },
      answer: z.strictObject({
        deliveries: z.array(
          z.strictObject({
            channelId: z.string(),
            channelName: z.string(),
            delivered: z.boolean(),
            attempts: z.number().int().meta({ description: "0: it waits for its turn, see GET /api/v1/deliveries" }),
            failure: z.string().nullable(),
          }),
        ),
      }),
    },
    async ({ body }) => {
      const { rule } = parseAs(testBody, await body(), "invalid_body");
      return { deliveries: (await alerts.test(rule)).map(shownDelivery) };
    },
  );
}

function shownDelivery({ channelId, channelName, delivered, attempts, failure }: DeliveryResult) {
  return { channelId, channelName, delivered, attempts, failure };
}
