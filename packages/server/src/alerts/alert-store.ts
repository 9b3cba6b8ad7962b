import type { Storage } from "../storage/storage.ts";
import type { Alert } from "./alert.ts";
import type { RuleKind } from "./rule.ts";

const COLLECTION = "alerts";
/** Alerts that are over are kept so that they do not fire again; beyond so many the oldest are forgotten. */
const MAX_CLOSED = 2_000;

/** Every alert by its id, in memory and in the store. */
export class AlertStore {
  readonly #storage: Storage;
  readonly #alerts = new Map<string, Alert>();

  private constructor(storage: Storage, alerts: Alert[]) {
    this.#storage = storage;
    for (const alert of alerts) this.#alerts.set(alert.id, alert);
  }

  static async open(storage: Storage): Promise<AlertStore> {
    const records = await storage.listRecords(COLLECTION);
    return new AlertStore(
      storage,
      records.map((record) => record.body as Alert),
    );
  }

  get(id: string): Alert | null {
    return this.#alerts.get(id) ?? null;
  }

  all(): Alert[] {
    return [...this.#alerts.values()];
  }

  openOf(ruleId: string): Alert[] {
    return this.all().filter((alert) => alert.isOpen && alert.ruleId === ruleId);
  }

  openOfKind(kind: RuleKind): Alert[] {
    return this.all().filter((alert) => alert.isOpen && alert.kind === kind);
  }

  /** Resolves when they are durable, all or none. What is in memory is the newest in any case. */
  async put(alerts: Alert[]): Promise<void> {
    if (alerts.length === 0) return;
    for (const alert of alerts) this.#alerts.set(alert.id, alert);
    await this.#storage.putRecords(
      COLLECTION,
      alerts.map((alert) => ({ id: alert.id, atMs: alert.openedAtMs, body: alert })),
    );
    await this.#forgetOldest();
  }

  async #forgetOldest(): Promise<void> {
    if (this.#alerts.size <= MAX_CLOSED) return;
    const closed = this.all().filter((alert) => !alert.isOpen && alert.waiting.length === 0);
    const surplus = closed
      .toSorted((one, other) => endOf(one) - endOf(other))
      .slice(0, Math.max(0, closed.length - MAX_CLOSED))
      .map((alert) => alert.id);
    if (surplus.length === 0) return;
    for (const id of surplus) this.#alerts.delete(id);
    await this.#storage.deleteRecords(COLLECTION, surplus);
  }
}

/** From when on it cannot fire again. */
function endOf({ period, closedAtMs }: Alert): number {
  return Math.max(period.endMs ?? 0, closedAtMs ?? 0);
}
