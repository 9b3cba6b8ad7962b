import { hash } from "node:crypto";
import type { Severity } from "./alert-message.ts";
import type { AlertPeriod, LimitReading, Texts } from "./finding.ts";
import type { RuleKind } from "./rule.ts";

/** What has been noticed of one subject of a rule in one period, and what people were told of it. */
export interface Alert {
  id: string;
  ruleId: string;
  kind: RuleKind;
  subject: string;
  period: AlertPeriod;
  users: string[] | null;
  isOpen: boolean;
  /** As it is now. */
  severity: Severity;
  /** The most urgent that people were told of; null: nothing yet, because it is silenced. */
  told: Severity | null;
  /** The most urgent that stands in the history without anybody having been told. */
  muted: Severity | null;
  /** It was told that it fired or escalated, and not yet that it is over. */
  owesRecovery: boolean;
  /** Steps that it was raised because nobody answered. */
  raisedSteps: number;
  lastToldAtMs: number | null;
  acknowledged: { atMs: number; actor: string } | null;
  against: string | null;
  texts: Texts;
  limit: LimitReading | null;
  openedAtMs: number;
  closedAtMs: number | null;
  closedBecause: ClosedBecause | null;
  /** Entries made so far; the next one's id is made from it. */
  entries: number;
  /** What is not yet in the history, or not yet handed to the channels. Stored with the alert, so that neither is ever without the other. */
  waiting: Telling[];
}

export type ClosedBecause = "recovered" | "period_ended" | "passed" | "rule_removed" | "rule_disabled";

/** One line of the history. */
export interface HistoryEntry {
  /** Of the message too, if there was one. */
  id: string;
  alertId: string;
  ruleId: string;
  ruleName: string;
  kind: RuleKind;
  subject: string;
  users: string[] | null;
  what: "fired" | "escalated" | "recovered" | "closed" | "acknowledged";
  severity: Severity;
  texts: Texts;
  limit: LimitReading | null;
  atMs: number;
  /** Nobody was told: it is silenced, or the rule does not tell of it. */
  muted: boolean;
  /** Who did it; null: Outlay noticed. */
  actor: string | null;
}

/** An entry on its way into the history and to the channels. */
export interface Telling {
  entry: HistoryEntry;
  /** null: every enabled one. */
  channelIds: string[] | null;
}

/** The same for the same rule, subject and period, whenever it is computed: so nothing is ever told under two names. */
export function alertIdOf(ruleId: string, subject: string, periodKey: string): string {
  return hash("sha256", JSON.stringify([ruleId, subject, periodKey]), "hex").slice(0, 24);
}
