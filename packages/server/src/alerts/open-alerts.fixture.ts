import type { ListedKey } from "../keys/keys.ts";
import type { BudgetAnswer, RenewalAnswer } from "../subscriptions/report-answer.ts";
import { openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import { recordUsage } from "../ledger/record-usage.ts";
import type { ThresholdCrossing } from "../limits/limits.ts";
import type { Limit, LimitState } from "../limits/limit.ts";
import { watchStorage } from "../storage/watch-storage.ts";
import type { AlertMessage } from "./alert-message.ts";
import { countChanges } from "./count-changes.ts";
import { DEFAULT_RULES } from "./default-rules.ts";
import { openAlerts, type Alerts, type AlertsOptions } from "./alerts.ts";

/** Alerts over a real ledger, with all that was sent. */
export interface OpenAlerts {
  ledger: OpenLedger;
  alerts: Alerts;
  /** What the channels were given, in order. */
  sent: AlertMessage[];
  /** Titles of what was sent since last asked, each with its state. */
  news(): string[];
  record(...events: Record<string, unknown>[]): Promise<void>;
  /** Looks with every rule, at this instant if one is named. */
  look(at?: string): Promise<void>;
  keys: ListedKey[];
  renewals: RenewalAnswer[];
  monthlyBudget: BudgetAnswer | null;
  limits: { limit: Limit; states: LimitState[] }[];
  cross(crossing: ThresholdCrossing): void;
  /** As after a restart of the process. */
  reopen(): Promise<void>;
  /** What the channels do with the next messages; null: they take them. */
  failing: Error | null;
  /** Channels that there are, and limits that nobody wants e-mails about. */
  channels: { id: string; kind: "smtp" | "slack"; enabled: boolean }[];
  withoutMail: Set<string>;
  /** Which channels were named, message by message. */
  receivers: (string[] | null)[];
  failures: unknown[];
  close(): Promise<void>;
}

/** Opens alerts without any rules but those that a test makes. */
export async function openTestAlerts(now: string, timeZone = "UTC"): Promise<OpenAlerts> {
  const ledger = await openLedger(now, timeZone);
  await ledger.storage.putDocument(
    "alert-rules/given",
    DEFAULT_RULES.map((rule) => rule.id),
  );
  const listeners = new Set<(crossing: ThresholdCrossing) => void>();
  let told = 0;
  const changes = countChanges({ added() {}, addedCharges() {}, moved() {} });
  const options: AlertsOptions = {
    ledger,
    limits: {
      list: () => open.limits.map(({ limit }) => limit),
      get: (id) => open.limits.find(({ limit }) => limit.id === id)?.limit ?? null,
      states: async (id, value) =>
        (open.limits.find(({ limit }) => limit.id === id)?.states ?? []).filter(
          (state) => value === undefined || state.value === value,
        ),
      onThreshold(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    keys: { list: () => open.keys },
    channels: {
      book: { list: () => open.channels },
      async send(message, channelIds) {
        if (open.failing !== null) throw open.failing;
        open.sent.push(message);
        open.receivers.push(channelIds);
        return [];
      },
    },
    subscriptions: {
      renewals: (withinDays) => open.renewals.filter(({ inDays }) => inDays <= withinDays),
      budget: async () => open.monthlyBudget,
    },
    mailsAbout: async (limitId) => !open.withoutMail.has(limitId),
    changes: changes.count,
    logFailure: (error) => open.failures.push(error),
  };
  const open: OpenAlerts = {
    ledger,
    alerts: await openAlerts(options),
    sent: [],
    news() {
      const news = open.sent.slice(told).map(({ state, severity, title }) => `${state} ${severity}: ${title}`);
      told = open.sent.length;
      return news;
    },
    async record(...events) {
      const watched = { ...ledger, storage: watchStorage(ledger.storage, changes.watch) };
      const { rejected } = await recordUsage(watched, events);
      if (rejected.length > 0) throw new Error(JSON.stringify(rejected));
    },
    async look(at) {
      if (at !== undefined) ledger.setNow(at);
      await open.alerts.evaluate({ everything: true });
      await open.alerts.settled();
    },
    keys: [],
    renewals: [],
    monthlyBudget: null,
    limits: [],
    cross: (crossing) => listeners.forEach((listener) => listener(crossing)),
    async reopen() {
      await open.alerts.close();
      open.alerts = await openAlerts(options);
    },
    failing: null,
    channels: [],
    withoutMail: new Set(),
    receivers: [],
    failures: [],
    async close() {
      await open.alerts.close();
      await ledger.close();
    },
  };
  return open;
}
