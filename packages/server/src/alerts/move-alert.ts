import type { AlertMessage } from "./alert-message.ts";
import { alertIdOf, type Alert, type ClosedBecause, type HistoryEntry } from "./alert.ts";
import type { Finding, Texts } from "./finding.ts";
import type { AlertRule } from "./rule.ts";
import { isAbove, moreUrgent, raised } from "./severity.ts";

export interface Moment {
  nowMs: number;
  /** Nobody is to be told of this subject for now. */
  isSilenced: boolean;
}

const MINUTE_MS = 60_000;

/**
 * The alert after a look: it begins, becomes more urgent, goes on or ends. Within its period each urgency is told once,
 * however often this is called with the same finding; what was silenced is told when the silence has ended. null: there
 * is no alert and none begins.
 */
export function meetFinding(before: Alert | null, finding: Finding, rule: AlertRule, moment: Moment): Alert | null {
  const { level } = finding;
  if (level === "hold" || level === "over") {
    if (before === null || !before.isOpen) return before;
    if (level === "over") return endAlert(before, "recovered", rule, moment, finding.texts);
    return tellIfUnanswered(before, rule, moment);
  }
  const met = opened(before, finding, rule, moment);
  const severity = raised(level, met.raisedSteps);
  const alert: Alert = {
    ...met,
    severity,
    texts: finding.texts,
    limit: finding.limit ?? null,
    users: finding.users,
    against: finding.against,
  };
  if (isAbove(severity, alert.told)) {
    if (!moment.isSilenced) return tell(alert, alert.owesRecovery ? "escalated" : "fired", rule, moment);
    const isNew = isAbove(severity, alert.muted) && isAbove(severity, alert.told);
    return isNew
      ? mute(alert, alert.muted === null && alert.told === null ? "fired" : "escalated", rule, moment)
      : alert;
  }
  return tellIfUnanswered(alert, rule, moment);
}

/** The alert closed. Who was told that it fired is told that it is over, in a silence too, unless the rule says otherwise. */
export function endAlert(
  before: Alert,
  because: ClosedBecause,
  rule: AlertRule | null,
  moment: Moment,
  texts: Texts = overTexts(before, because),
): Alert {
  const alert: Alert = {
    ...before,
    isOpen: false,
    closedAtMs: moment.nowMs,
    closedBecause: because,
    raisedSteps: 0,
    owesRecovery: false,
  };
  const isOver = because === "recovered" || because === "period_ended";
  const isTold = isOver && before.owesRecovery && rule?.tellRecovery === true;
  return enter(alert, { what: isOver ? "recovered" : "closed", texts, isTold, severity: "info" }, rule, moment);
}

/** The alert with a person's word that they know of it: it is not repeated any more at this urgency. */
export function acknowledge(before: Alert, actor: string, rule: AlertRule | null, nowMs: number): Alert {
  const alert = { ...before, acknowledged: { atMs: nowMs, actor } };
  return enter(
    alert,
    { what: "acknowledged", texts: before.texts, isTold: false, severity: before.severity, actor },
    rule,
    { nowMs },
  );
}

/** Open, as a new alert or again. */
function opened(before: Alert | null, finding: Finding, rule: AlertRule, { nowMs }: Moment): Alert {
  if (before?.isOpen === true) return before;
  const begun = {
    isOpen: true,
    openedAtMs: nowMs,
    closedAtMs: null,
    closedBecause: null,
    raisedSteps: 0,
    owesRecovery: false,
    acknowledged: null,
  };
  if (before !== null) {
    const isSame = before.against === finding.against;
    return { ...before, ...begun, told: isSame ? before.told : null, muted: isSame ? before.muted : null };
  }
  return {
    ...begun,
    id: alertIdOf(rule.id, finding.subject, finding.period.key),
    ruleId: rule.id,
    kind: rule.kind,
    subject: finding.subject,
    period: finding.period,
    users: finding.users,
    severity: "info",
    told: null,
    muted: null,
    lastToldAtMs: null,
    against: finding.against,
    texts: finding.texts,
    limit: null,
    entries: 0,
    waiting: [],
  };
}

function tellIfUnanswered(alert: Alert, rule: AlertRule, moment: Moment): Alert {
  const { escalateAfterMinutes } = rule;
  if (escalateAfterMinutes === null || alert.acknowledged !== null || moment.isSilenced) return alert;
  if (alert.told === null || alert.told === "emergency" || alert.lastToldAtMs === null || !alert.owesRecovery)
    return alert;
  if (moment.nowMs - alert.lastToldAtMs < escalateAfterMinutes * MINUTE_MS) return alert;
  const summary = `Nobody has answered for ${escalateAfterMinutes} minutes. ${alert.texts.summary}`;
  const steps = { raisedSteps: alert.raisedSteps + 1, severity: raised(alert.told, 1) };
  return tell({ ...alert, ...steps }, "escalated", rule, moment, { ...alert.texts, summary });
}

function tell(
  alert: Alert,
  what: "fired" | "escalated",
  rule: AlertRule,
  moment: Moment,
  texts: Texts = alert.texts,
): Alert {
  const told: Alert = {
    ...alert,
    told: moreUrgent(alert.severity, alert.told),
    owesRecovery: true,
    lastToldAtMs: moment.nowMs,
    // who knew of it does not know that it is worse now
    acknowledged: null,
  };
  return enter(told, { what, texts, isTold: true, severity: alert.severity }, rule, moment);
}

function mute(alert: Alert, what: "fired" | "escalated", rule: AlertRule, moment: Moment): Alert {
  const muted = { ...alert, muted: alert.severity };
  return enter(muted, { what, texts: alert.texts, isTold: false, severity: alert.severity }, rule, moment);
}

interface Wanted extends Pick<HistoryEntry, "what" | "texts" | "severity"> {
  isTold: boolean;
  actor?: string;
}

function enter(
  alert: Alert,
  { what, texts, severity, isTold, actor }: Wanted,
  rule: AlertRule | null,
  { nowMs }: Pick<Moment, "nowMs">,
): Alert {
  const entry: HistoryEntry = {
    id: `${alert.id}-${alert.entries + 1}`,
    alertId: alert.id,
    ruleId: alert.ruleId,
    ruleName: rule?.name ?? "",
    kind: alert.kind,
    subject: alert.subject,
    users: alert.users,
    what,
    severity,
    texts,
    limit: alert.limit,
    atMs: nowMs,
    muted: !isTold,
    actor: actor ?? null,
  };
  const telling = { entry, channelIds: rule?.channels ?? null };
  return { ...alert, entries: alert.entries + 1, waiting: [...alert.waiting, telling] };
}

/** What an entry tells channels; null: nothing. */
export function messageOf(entry: HistoryEntry): AlertMessage | null {
  const { id, alertId, kind, severity, what, muted, texts, atMs } = entry;
  if (muted || what === "closed" || what === "acknowledged") return null;
  return { id, alertId, kind, severity, state: what, ...texts, atMs };
}

function overTexts({ texts }: Alert, because: ClosedBecause): Texts {
  return { ...texts, title: `Over: ${texts.title}`, summary: WHY_OVER[because] };
}

const WHY_OVER: Record<ClosedBecause, string> = {
  recovered: "It is no longer so.",
  period_ended: "The period in which it counted has ended.",
  passed: "Told once, and settled by time.",
  rule_removed: "Its rule was deleted.",
  rule_disabled: "Its rule was switched off.",
};
