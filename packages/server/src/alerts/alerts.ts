import { InvalidInput, shown, Turns } from "@outlay/core";
import type { KeyStore } from "../keys/keys.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Limits, ThresholdCrossing } from "../limits/limits.ts";
import type { SubscriptionSight } from "../subscriptions/subscription-sight.ts";
import type { AlertMessage } from "./alert-message.ts";
import { alertIdOf, type Alert, type ClosedBecause, type HistoryEntry, type Telling } from "./alert.ts";
import { AlertStore } from "./alert-store.ts";
import type { ListedChannel } from "./channels/channel-book.ts";
import type { Channels, DeliveryResult } from "./channels/channels.ts";
import { CHECKS } from "./checks/checks.ts";
import { crossingFinding } from "./checks/limit-threshold.ts";
import type { Check } from "./checks/check.ts";
import type { Finding, Look } from "./finding.ts";
import { History } from "./history.ts";
import { keepLooks, readKeptLooks, type LastLook } from "./kept-looks.ts";
import { KeyPlaces } from "./key-places.ts";
import { acknowledge, endAlert, meetFinding, messageOf, type Moment } from "./move-alert.ts";
import { RuleBook } from "./rule-book.ts";
import { changeRule, parseRule, type AlertRule, type RuleKind, type WantedRule } from "./rule.ts";
import { isAbove } from "./severity.ts";
import { openSilences, type Silence, type Silences } from "./silences.ts";
import { testMessage } from "./test-message.ts";

/** While nothing is recorded, rules with open alerts look again after so long: windows of time move on. */
const IDLE_MS = 15 * 60_000;
const MAILING: ReadonlySet<ListedChannel["kind"]> = new Set(["smtp", "resend"]);

/** What alerts stand on. */
export interface AlertsOptions {
  ledger: Ledger;
  limits: Pick<Limits, "list" | "get" | "states" | "onThreshold">;
  keys: Pick<KeyStore, "list">;
  /** Absent: there are none. */
  subscriptions?: SubscriptionSight | undefined;
  channels: Pick<Channels, "send"> & { book: { list(): Pick<ListedChannel, "id" | "kind" | "enabled">[] } };
  /** Whether e-mails are wanted about this limit. */
  mailsAbout: (limitId: string) => Promise<boolean>;
  /** See count-changes.ts. */
  changes: () => number;
  logFailure: (error: unknown) => void;
}

/** Watches what is recorded, and tells people once of what their rules name. */
export interface Alerts {
  rules: Pick<RuleBook, "list" | "get">;
  silences: Pick<Silences, "list" | "covers" | "end">;
  history: Pick<History, "page" | "after" | "subscribe" | "lastNumber">;
  /** Open ones first, the most recently begun first. */
  list(): Alert[];
  lastLook(ruleId: string): LastLook | null;
  /** Takes the wire form (rule.ts). InvalidInput as RuleBook.create, `channel_not_found`, `limit_not_found`. */
  createRule(wanted: unknown, actor: string): Promise<AlertRule>;
  /** Open alerts of a rule that is switched off are closed. */
  changeRule(id: string, changes: unknown, actor: string): Promise<AlertRule>;
  /** Its open alerts are closed. */
  removeRule(id: string, actor: string): Promise<void>;
  /** InvalidInput `alert_not_found`, `alert_not_open`. */
  acknowledge(id: string, actor: string): Promise<Alert>;
  /** Takes the wire form (silences.ts). InvalidInput as Silences.add, `alert_not_found`, `alert_rule_not_found`. */
  silence(wanted: unknown, actor: string): Promise<Silence>;
  /** Sends a test through the channels of a rule, or through all of them. */
  test(ruleId: string | null): Promise<DeliveryResult[]>;
  /** Looks with every rule whose turn it is; `everything`: with every one. Looks never overlap. */
  evaluate(options?: { everything?: boolean }): Promise<void>;
  /** Resolves when what was begun is done: crossings that were told, messages on their way to the channels. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the alerts of a data folder. What was not yet handed to the channels when the process ended is handed to them now. */
export async function openAlerts(options: AlertsOptions): Promise<Alerts> {
  const { storage, now } = options.ledger;
  const [rules, alerts, history, silences, keyPlaces, looks] = await Promise.all([
    RuleBook.open(storage, now),
    AlertStore.open(storage),
    History.open(storage),
    openSilences(storage, now),
    KeyPlaces.open(storage),
    readKeptLooks(storage),
  ]);
  return new WatchedAlerts(options, { rules, alerts, history, silences, keyPlaces, looks });
}

interface Opened {
  rules: RuleBook;
  alerts: AlertStore;
  history: History;
  silences: Silences;
  keyPlaces: KeyPlaces;
  /** Of the process before, when nothing was recorded since. */
  looks: Map<string, LastLook>;
}

class WatchedAlerts implements Alerts {
  readonly #options: AlertsOptions;
  readonly #alerts: AlertStore;
  readonly #looks: Map<string, LastLook>;
  /** Changes of the store when a rule last looked. */
  readonly #seenChanges = new Map<string, number>();
  readonly #endWatch: () => void;
  readonly rules: RuleBook;
  readonly history: History;
  readonly silences: Silences;
  readonly #keyPlaces: KeyPlaces;
  /** One after the other: two looks at once could tell the same twice. */
  readonly #turns = new Turns();
  #handingOver: Promise<void> = Promise.resolve();
  /** Entries that listeners have heard of already, while their message has not gone to the channels. */
  readonly #inHistory = new Set<string>();
  #isClosed = false;

  constructor(options: AlertsOptions, { rules, alerts, history, silences, keyPlaces, looks }: Opened) {
    this.#options = options;
    this.#looks = looks;
    for (const id of looks.keys()) this.#seenChanges.set(id, options.changes());
    this.#alerts = alerts;
    this.rules = rules;
    this.history = history;
    this.silences = silences;
    this.#keyPlaces = keyPlaces;
    this.#endWatch = options.limits.onThreshold((crossing) => this.#cross(crossing));
    this.#handOver(alerts.all().filter((alert) => alert.waiting.length > 0));
  }

  list(): Alert[] {
    return this.#alerts
      .all()
      .toSorted((one, other) => Number(other.isOpen) - Number(one.isOpen) || other.openedAtMs - one.openedAtMs);
  }

  lastLook(ruleId: string): LastLook | null {
    return this.#looks.get(ruleId) ?? null;
  }

  createRule(wanted: unknown, actor: string): Promise<AlertRule> {
    return this.#turns.take(() => {
      this.#requireNamed(parseRule(wanted));
      return this.rules.create(wanted, actor);
    });
  }

  changeRule(id: string, changes: unknown, actor: string): Promise<AlertRule> {
    return this.#turns.take(async () => {
      this.#requireNamed(changeRule(this.rules.required(id), changes));
      const rule = await this.rules.change(id, changes, actor);
      this.#seenChanges.delete(id);
      this.#looks.delete(id);
      if (!rule.enabled) await this.#closeOf(rule, "rule_disabled");
      return rule;
    });
  }

  removeRule(id: string, actor: string): Promise<void> {
    return this.#turns.take(async () => {
      const rule = await this.rules.remove(id, actor);
      await this.#closeOf(rule, "rule_removed");
    });
  }

  acknowledge(id: string, actor: string): Promise<Alert> {
    return this.#turns.take(async () => {
      const alert = this.#required(id, "id");
      if (!alert.isOpen) throw new InvalidInput("alert_not_open", `The alert ${id} is over already`, { field: "id" });
      if (alert.acknowledged !== null) return alert;
      const known = acknowledge(alert, actor, this.rules.get(alert.ruleId), this.#options.ledger.now());
      await this.#keep([known]);
      return known;
    });
  }

  silence(wanted: unknown, actor: string): Promise<Silence> {
    return this.silences.add(wanted, actor, {
      alert: (id) => {
        const { ruleId, subject } = this.#required(id, "alert");
        return { rule: ruleId, subject };
      },
      rule: (id) => this.rules.required(id, "rule"),
    });
  }

  async test(ruleId: string | null): Promise<DeliveryResult[]> {
    const rule = ruleId === null ? null : this.rules.required(ruleId, "rule");
    const message: AlertMessage = testMessage(rule, this.#options.ledger.now());
    return this.#options.channels.send(message, rule?.channels ?? null);
  }

  async evaluate({ everything = false }: { everything?: boolean } = {}): Promise<void> {
    for (const { id } of this.rules.list()) {
      if (this.#isClosed) return;
      await this.#turns.take(() => this.#lookWith(id, everything));
    }
    // what the channels could not take before
    this.#handOver(this.#alerts.all().filter((alert) => alert.waiting.length > 0));
  }

  async settled(): Promise<void> {
    await this.#turns.ended();
    await this.#handingOver;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#endWatch();
    await this.settled();
    await this.#keepLooks().catch((error: unknown) => this.#options.logFailure(error));
  }

  /** Those that have seen all that is stored: the next process need not look again before something happens. */
  async #keepLooks(): Promise<void> {
    const changes = this.#options.changes();
    const seen = [...this.#looks].filter(([id]) => this.#seenChanges.get(id) === changes);
    await keepLooks(this.#options.ledger.storage, new Map(seen));
  }

  /** A crossing counts as it was when it was told: by the time of the next look its period may be over. */
  #cross(crossing: ThresholdCrossing): void {
    void this.#turns
      .take(async () => {
        const met = this.rules.list().flatMap((rule) => {
          if (!rule.enabled || rule.kind !== "limitThreshold") return [];
          const finding = crossingFinding(this.#options.ledger, rule, crossing);
          return finding === null ? [] : this.#meet(rule, finding);
        });
        await this.#keep(met);
      })
      .catch((error: unknown) => this.#options.logFailure(error));
  }

  async #lookWith(ruleId: string, everything: boolean): Promise<void> {
    const rule = this.rules.get(ruleId);
    if (rule === null || !rule.enabled) return;
    const changes = this.#options.changes();
    if (!everything && !this.#isItsTurn(rule)) return;
    const { ledger } = this.#options;
    try {
      const look = await this.#look(rule);
      await this.#apply(rule, look);
      this.#looks.set(rule.id, { atMs: ledger.now(), note: look.note, failure: null });
      this.#seenChanges.set(rule.id, changes);
    } catch (error) {
      this.#looks.set(rule.id, { atMs: ledger.now(), note: null, failure: (error as Error).message });
      if (!(error instanceof InvalidInput)) this.#options.logFailure(error);
    }
  }

  #isItsTurn(rule: AlertRule): boolean {
    const { everyMs, byTime } = CHECKS[rule.kind];
    const last = this.#looks.get(rule.id);
    if (last === undefined) return true;
    const passedMs = this.#options.ledger.now() - last.atMs;
    // a clock that went back is no reason to wait
    if (passedMs >= 0 && passedMs < everyMs) return false;
    if (byTime || this.#seenChanges.get(rule.id) !== this.#options.changes()) return true;
    const open = this.#alerts.openOf(rule.id);
    return open.some((alert) => this.#isPressing(rule, alert)) || (open.length > 0 && passedMs >= IDLE_MS);
  }

  /** Time alone has something to do with this alert. */
  #isPressing(rule: AlertRule, { period, severity, told }: Alert): boolean {
    const isEnded = period.form === "calendar" && period.endMs !== null && this.#options.ledger.now() >= period.endMs;
    return isEnded || rule.escalateAfterMinutes !== null || isAbove(severity, told);
  }

  #look(rule: AlertRule): Promise<Look> {
    const { ledger, limits, keys, subscriptions } = this.#options;
    const look = CHECKS[rule.kind].look as Check<RuleKind>;
    return look(rule as never, {
      ledger,
      limits,
      keys,
      keyPlaces: this.#keyPlaces,
      subscriptions,
      open: this.#alerts.openOf(rule.id),
    });
  }

  async #apply(rule: AlertRule, { findings }: Look): Promise<void> {
    const open = new Map(this.#alerts.openOf(rule.id).map((alert) => [alert.id, alert]));
    const met = findings.flatMap((finding) => {
      const before = this.#alertOf(rule, finding);
      if (before !== null) open.delete(before.id);
      return this.#meet(rule, finding);
    });
    const nowMs = this.#options.ledger.now();
    const ended = [...open.values()].flatMap((alert) => {
      const { startMs, endMs, form } = alert.period;
      // the clock went back: it is not known yet
      if (startMs !== null && nowMs < startMs) return [];
      const isEnded = form === "calendar" && endMs !== null && nowMs >= endMs;
      const because = form === "news" ? "passed" : isEnded ? "period_ended" : "recovered";
      return endAlert(alert, because, rule, this.#moment(alert));
    });
    await this.#keep([...met, ...ended]);
  }

  /** The alert that a finding is about: what lasts goes on under the id that it began with. */
  #alertOf(rule: AlertRule, { subject, period }: Finding): Alert | null {
    if (period.form === "lasting") {
      const running = this.#alerts.openOf(rule.id).find((alert) => alert.subject === subject);
      if (running !== undefined) return running;
    }
    return this.#alerts.get(alertIdOf(rule.id, subject, period.key));
  }

  /** The alert as it is now, if that is not as it was. */
  #meet(rule: AlertRule, finding: Finding): Alert[] {
    const before = this.#alertOf(rule, finding);
    const after = meetFinding(before, finding, rule, this.#moment({ ruleId: rule.id, subject: finding.subject }));
    return after === null || after === before ? [] : [after];
  }

  #moment({ ruleId, subject }: Pick<Alert, "ruleId" | "subject">): Moment {
    return { nowMs: this.#options.ledger.now(), isSilenced: this.silences.covers(ruleId, subject) };
  }

  async #closeOf(rule: AlertRule, because: ClosedBecause): Promise<void> {
    await this.#keep(this.#alerts.openOf(rule.id).map((alert) => endAlert(alert, because, rule, this.#moment(alert))));
  }

  /** Stored before anything is sent: after a kill it is known what is still to be sent. */
  async #keep(alerts: Alert[]): Promise<void> {
    const changed = alerts.filter((alert) => isDifferent(this.#alerts.get(alert.id), alert));
    await this.#alerts.put(changed);
    this.#handOver(changed.filter((alert) => alert.waiting.length > 0));
  }

  #handOver(alerts: Alert[]): void {
    if (alerts.length === 0) return;
    const ids = alerts.map((alert) => alert.id);
    this.#handingOver = this.#handingOver.then(async () => {
      for (const id of ids) {
        await this.#handOverOf(id).catch((error: unknown) => this.#options.logFailure(error));
      }
    });
  }

  /**
   * Into the history, then to the channels, then off the list of what waits. Killed in between, it is done again with the
   * same id, by which the history and the channels know it.
   */
  async #handOverOf(id: string): Promise<void> {
    for (;;) {
      const telling = this.#alerts.get(id)?.waiting[0];
      if (telling === undefined) return;
      const { entry, channelIds } = telling;
      if (!this.#inHistory.has(entry.id)) await this.history.add(entry);
      this.#inHistory.add(entry.id);
      const message = messageOf(entry);
      if (message !== null) await this.#options.channels.send(message, await this.#receivers(entry, channelIds));
      await this.#turns.take(async () => {
        const alert = this.#alerts.get(id);
        if (alert === null) return;
        const waiting = alert.waiting.filter((it: Telling) => it.entry.id !== entry.id);
        await this.#alerts.put([{ ...alert, waiting }]);
      });
      this.#inHistory.delete(entry.id);
    }
  }

  /** Every one where all that the rule names are gone; without those that send e-mails, where nobody wants them. */
  async #receivers({ limit }: HistoryEntry, named: string[] | null): Promise<string[] | null> {
    const { channels, mailsAbout } = this.#options;
    const listed = channels.book.list();
    const channelIds = named !== null && listed.some(({ id }) => named.includes(id)) ? named : null;
    if (limit === null || (await mailsAbout(limit.limitId))) return channelIds;
    return listed
      .filter(({ id, kind, enabled }) => enabled && !MAILING.has(kind) && (channelIds?.includes(id) ?? true))
      .map(({ id }) => id);
  }

  /** A rule that names what is not there would be silent for ever. */
  #requireNamed(rule: WantedRule): void {
    const { channels, limits } = this.#options;
    const known = new Set(channels.book.list().map(({ id }) => id));
    const channel = rule.channels?.find((id) => !known.has(id));
    if (channel !== undefined) {
      throw new InvalidInput("channel_not_found", `There is no channel ${shown(channel)}; see GET /api/v1/channels`, {
        field: "channels",
      });
    }
    const limit = "limits" in rule ? rule.limits?.find((id) => limits.get(id) === null) : undefined;
    if (limit !== undefined) {
      throw new InvalidInput("limit_not_found", `There is no budget or limit ${shown(limit)}; see GET /api/v1/limits`, {
        field: "limits",
      });
    }
  }

  #required(id: string, field: string): Alert {
    const alert = this.#alerts.get(id);
    if (alert !== null) return alert;
    throw new InvalidInput("alert_not_found", `There is no alert with the id ${id}; see GET /api/v1/alerts`, {
      field,
      status: 404,
    });
  }
}

function isDifferent(before: Alert | null, after: Alert): boolean {
  return before === null || JSON.stringify(before) !== JSON.stringify(after);
}
