import { z } from "zod";
import type { Alert } from "../alerts/alert.ts";
import type { LastLook } from "../alerts/kept-looks.ts";
import type { NumberedEntry } from "../alerts/history.ts";
import type { AlertRule } from "../alerts/rule.ts";
import type { Silence } from "../alerts/silences.ts";
import { instantOrNull, instantText } from "./instant-text.ts";

const time = z.string().meta({ format: "date-time" });
const severity = z.enum(["info", "warning", "critical", "emergency"]);
const texts = {
  title: z.string(),
  summary: z.string(),
  facts: z.array(z.strictObject({ label: z.string(), value: z.string() })),
  link: z.string().nullable().meta({ description: "Path of the page that shows it" }),
};
const limit = z
  .strictObject({
    limitId: z.string(),
    name: z.string(),
    value: z.string().nullable().meta({ description: "Of the limit's `each`; null: one account for all" }),
    amountUsd: z.number(),
    spentUsd: z.number(),
    percent: z.number(),
    periodStart: time.nullable(),
  })
  .nullable()
  .meta({ description: "How full the budget or limit was that it is about; null: it is about none" });

export const alertAnswerSchema = z
  .strictObject({
    id: z.string(),
    rule: z.strictObject({ id: z.string(), name: z.string().nullable(), kind: z.string() }),
    subject: z.string().meta({ description: "What of the rule it is about; empty: there is only one thing" }),
    state: z.enum(["open", "closed"]),
    severity: severity.meta({ description: "As it is now" }),
    told: severity.nullable().meta({ description: "The most urgent that people were told of; null: it is silenced" }),
    silenced: z.boolean(),
    acknowledged: z.strictObject({ at: time, actor: z.string() }).nullable(),
    ...texts,
    limit,
    openedAt: time,
    closedAt: time.nullable(),
    closedBecause: z.enum(["recovered", "period_ended", "passed", "rule_removed", "rule_disabled"]).nullable(),
  })
  .meta({ id: "Alert" });

export const historyAnswerSchema = z
  .strictObject({
    id: z.string().meta({ description: "Of the message too, if one was sent" }),
    number: z.number().int().meta({ description: "Order in which entries came to be; it only grows" }),
    alertId: z.string(),
    rule: z.strictObject({ id: z.string(), name: z.string(), kind: z.string() }),
    subject: z.string(),
    what: z.enum(["fired", "escalated", "recovered", "closed", "acknowledged"]),
    severity,
    muted: z.boolean().meta({ description: "Nobody was told: silenced, or nothing that rules tell of" }),
    actor: z.string().nullable().meta({ description: "Who did it; null: Outlay noticed" }),
    ...texts,
    limit,
    at: time,
  })
  .meta({ id: "AlertHistoryEntry" });

export const silenceAnswerSchema = z
  .strictObject({
    id: z.string(),
    rule: z.string().nullable(),
    subject: z.string().nullable(),
    until: time,
    reason: z.string(),
    actor: z.string(),
    at: time,
  })
  .meta({ id: "Silence" });

export function alertAnswer(
  alert: Alert,
  rule: AlertRule | null,
  silenced: boolean,
): z.infer<typeof alertAnswerSchema> {
  const { id, ruleId, kind, subject, isOpen, told, acknowledged, closedAtMs } = alert;
  return {
    id,
    rule: { id: ruleId, name: rule?.name ?? null, kind },
    subject,
    state: isOpen ? "open" : "closed",
    severity: alert.severity,
    told,
    silenced,
    acknowledged: acknowledged === null ? null : { at: instantText(acknowledged.atMs), actor: acknowledged.actor },
    ...alert.texts,
    limit: alert.limit,
    openedAt: instantText(alert.openedAtMs),
    closedAt: instantOrNull(closedAtMs),
    closedBecause: alert.closedBecause,
  };
}

/** Also what the live event `alert` carries. */
export function historyAnswer(entry: NumberedEntry): z.infer<typeof historyAnswerSchema> {
  const { id, number, alertId, subject, what, muted, actor } = entry;
  return {
    id,
    number,
    alertId,
    rule: { id: entry.ruleId, name: entry.ruleName, kind: entry.kind },
    subject,
    what,
    severity: entry.severity,
    muted,
    actor,
    ...entry.texts,
    limit: entry.limit,
    at: instantText(entry.atMs),
  };
}

/** A rule in its wire form, and how its last look went. */
export function ruleAnswer(
  { createdAtMs, updatedAtMs, ...rule }: AlertRule,
  lastLook: LastLook | null,
  openAlerts: number,
): Record<string, unknown> {
  return {
    ...rule,
    createdAt: instantText(createdAtMs),
    updatedAt: instantText(updatedAtMs),
    openAlerts,
    lastLook:
      lastLook === null ? null : { at: instantText(lastLook.atMs), note: lastLook.note, failure: lastLook.failure },
  };
}

export function silenceAnswer({
  id,
  ruleId,
  subject,
  untilMs,
  reason,
  actor,
  atMs,
}: Silence): z.infer<typeof silenceAnswerSchema> {
  return { id, rule: ruleId, subject, until: instantText(untilMs), reason, actor, at: instantText(atMs) };
}
