import { randomUUID } from "node:crypto";
import { InvalidInput } from "@outlay/core";
import type { Storage } from "../storage/storage.ts";
import { DEFAULT_RULES } from "./default-rules.ts";
import { changeRule, parseRule, type AlertRule } from "./rule.ts";

const COLLECTION = "alert-rules";
/** Ids of the rules out of the box that this data folder has been given; deleted ones do not come back. */
const GIVEN = "alert-rules/given";
const MAX_RULES = 500;

/** The rules that are kept, in memory and in the store. Every change is in the audit trail. */
export class RuleBook {
  readonly #storage: Storage;
  readonly #now: () => number;
  readonly #rules: Map<string, AlertRule>;

  private constructor(storage: Storage, now: () => number, rules: AlertRule[]) {
    this.#storage = storage;
    this.#now = now;
    this.#rules = new Map(rules.map((rule) => [rule.id, rule]));
  }

  /** With the rules out of the box that this data folder has not been given yet. */
  static async open(storage: Storage, now: () => number): Promise<RuleBook> {
    const records = await storage.listRecords(COLLECTION);
    const book = new RuleBook(
      storage,
      now,
      records.map((record) => record.body as AlertRule),
    );
    await book.#giveDefaults();
    return book;
  }

  /** Oldest first. */
  list(): AlertRule[] {
    return [...this.#rules.values()].toSorted(
      (one, other) => one.createdAtMs - other.createdAtMs || (one.id < other.id ? -1 : 1),
    );
  }

  get(id: string): AlertRule | null {
    return this.#rules.get(id) ?? null;
  }

  /** `field`: where the id stood. InvalidInput `alert_rule_not_found`. */
  required(id: string, field = "id"): AlertRule {
    const rule = this.#rules.get(id);
    if (rule !== undefined) return rule;
    throw new InvalidInput(
      "alert_rule_not_found",
      `There is no alert rule with the id ${id}; see GET /api/v1/alerts/rules`,
      { field, status: 404 },
    );
  }

  /** InvalidInput as parseRule, and `too_many_alert_rules`. */
  async create(wanted: unknown, actor: string): Promise<AlertRule> {
    const parsed = parseRule(wanted);
    if (this.#rules.size >= MAX_RULES) {
      throw new InvalidInput("too_many_alert_rules", `${MAX_RULES} alert rules are there already; delete some of them`);
    }
    const nowMs = this.#now();
    const rule: AlertRule = { ...parsed, id: randomUUID(), createdAtMs: nowMs, updatedAtMs: nowMs };
    await this.#put([rule]);
    await this.#audit(actor, "alert_rule_created", rule);
    return rule;
  }

  /** InvalidInput as changeRule, and `alert_rule_not_found`. */
  async change(id: string, changes: unknown, actor: string): Promise<AlertRule> {
    const before = this.required(id);
    const after: AlertRule = {
      ...changeRule(before, changes),
      id,
      createdAtMs: before.createdAtMs,
      updatedAtMs: this.#now(),
    };
    await this.#put([after]);
    await this.#audit(actor, "alert_rule_changed", { before, after });
    return after;
  }

  /** InvalidInput `alert_rule_not_found`. */
  async remove(id: string, actor: string): Promise<AlertRule> {
    const rule = this.required(id);
    await this.#storage.deleteRecords(COLLECTION, [id]);
    this.#rules.delete(id);
    await this.#audit(actor, "alert_rule_removed", rule);
    return rule;
  }

  async #giveDefaults(): Promise<void> {
    const given = new Set(((await this.#storage.getDocument(GIVEN)) as string[] | null) ?? []);
    const missing = DEFAULT_RULES.filter((rule) => !given.has(rule.id));
    if (missing.length === 0) return;
    const nowMs = this.#now();
    await this.#put(
      missing.map(({ id, ...wanted }): AlertRule => ({
        ...parseRule(wanted),
        id,
        createdAtMs: nowMs,
        updatedAtMs: nowMs,
      })),
    );
    await this.#storage.putDocument(GIVEN, [...given, ...missing.map((rule) => rule.id)]);
  }

  async #put(rules: AlertRule[]): Promise<void> {
    await this.#storage.putRecords(
      COLLECTION,
      rules.map((rule) => ({ id: rule.id, atMs: rule.createdAtMs, body: rule })),
    );
    for (const rule of rules) this.#rules.set(rule.id, rule);
  }

  async #audit(actor: string, action: string, detail: unknown): Promise<void> {
    await this.#storage.appendAudit({ atMs: this.#now(), actor, action, detail });
  }
}
