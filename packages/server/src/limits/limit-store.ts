import { randomUUID } from "node:crypto";
import { InvalidInput, Turns } from "@outlay/core";
import type { CollectionRecord, Storage } from "../storage/storage.ts";
import type { Limit, LimitOverride } from "./limit.ts";
import { parseLimit, parseLimitChange } from "./parse-limit.ts";
import { parseOverride } from "./parse-override.ts";

const LIMITS = "limits";
const OVERRIDES = "limit-overrides";

interface LimitStoreOptions {
  storage: Storage;
  now: () => number;
  /** A limit was made or changed, or its overrides were. */
  changed: (limit: Limit) => void;
  removed: (limitId: string) => void;
}

/** Limits and their overrides as people made them: in memory, in the store, every change in the audit trail. */
export class LimitStore {
  #options: LimitStoreOptions;
  #limits = new Map<string, Limit>();
  /** Asked for with every call; made anew after a change. */
  #listed: Limit[] | null = null;
  #overrides = new Map<string, LimitOverride>();
  /** Changes are stored one after the other. */
  readonly #changes = new Turns();

  constructor(options: LimitStoreOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    const { storage } = this.#options;
    const [limits, overrides] = await Promise.all([storage.listRecords(LIMITS), storage.listRecords(OVERRIDES)]);
    for (const { body } of limits.toReversed()) this.#limits.set((body as Limit).id, body as Limit);
    for (const { body } of overrides.toReversed()) {
      const override = body as LimitOverride;
      if (this.#limits.has(override.limitId)) this.#overrides.set(override.id, override);
    }
    await this.#forgetEnded();
  }

  list(): Limit[] {
    return (this.#listed ??= [...this.#limits.values()]);
  }

  get(id: string): Limit | null {
    return this.#limits.get(id) ?? null;
  }

  /** InvalidInput `limit_not_found`. */
  find(id: string): Limit {
    const limit = this.#limits.get(id);
    if (limit !== undefined) return limit;
    throw new InvalidInput("limit_not_found", `There is no limit with the id ${id}; see GET /api/v1/limits`, {
      field: "id",
      status: 404,
    });
  }

  /** Running and coming ones, in the order in which they were made. */
  overridesOf(limitId?: string): LimitOverride[] {
    const nowMs = this.#options.now();
    return [...this.#overrides.values()].filter(
      (override) => override.untilMs > nowMs && (limitId === undefined || override.limitId === limitId),
    );
  }

  create(wanted: unknown, actor: string): Promise<Limit> {
    return this.#change(async (nowMs) => {
      const limit: Limit = { id: randomUUID(), ...parseLimit(wanted, nowMs), createdAtMs: nowMs, updatedAtMs: nowMs };
      await this.#put(limit);
      await this.#audit(actor, "limit_created", { limit });
      return limit;
    });
  }

  change(id: string, wanted: unknown, actor: string): Promise<Limit> {
    return this.#change(async (nowMs) => {
      const before = this.find(id);
      const after: Limit = { ...before, ...parseLimitChange(wanted, before, nowMs), updatedAtMs: nowMs };
      await this.#put(after);
      await this.#audit(actor, "limit_changed", { before, after });
      return after;
    });
  }

  remove(id: string, actor: string): Promise<void> {
    return this.#change(async () => {
      const limit = this.find(id);
      const overrides = [...this.#overrides.values()].filter(({ limitId }) => limitId === id);
      const { storage, removed } = this.#options;
      await storage.deleteRecords(LIMITS, [id]);
      this.#limits.delete(id);
      this.#listed = null;
      await this.#deleteOverrides(overrides);
      removed(id);
      await this.#audit(actor, "limit_removed", { limit });
    });
  }

  override(limitId: string, wanted: unknown, actor: string): Promise<LimitOverride> {
    return this.#change(async (nowMs) => {
      const limit = this.find(limitId);
      const terms = parseOverride(wanted, limit, nowMs);
      const override: LimitOverride = { id: randomUUID(), limitId, ...terms, actor };
      await this.#forgetEnded();
      await this.#options.storage.putRecords(OVERRIDES, [{ id: override.id, atMs: nowMs, body: override }]);
      this.#overrides.set(override.id, override);
      this.#options.changed(limit);
      await this.#audit(actor, "limit_override_created", { limit: limit.name, override });
      return override;
    });
  }

  endOverride(id: string, actor: string): Promise<void> {
    return this.#change(async (nowMs) => {
      const override = this.#overrides.get(id);
      if (override === undefined || override.untilMs <= nowMs) {
        throw new InvalidInput(
          "limit_override_not_found",
          `There is no running or coming override with the id ${id}; see GET /api/v1/limit-overrides`,
          { field: "id", status: 404 },
        );
      }
      await this.#deleteOverrides([override]);
      const limit = this.find(override.limitId);
      this.#options.changed(limit);
      await this.#audit(actor, "limit_override_ended", { limit: limit.name, override });
    });
  }

  /** Resolves when all changes so far are stored. */
  async settled(): Promise<void> {
    await this.#changes.ended();
  }

  async #put(limit: Limit): Promise<void> {
    const record: CollectionRecord = { id: limit.id, atMs: limit.createdAtMs, body: limit };
    await this.#options.storage.putRecords(LIMITS, [record]);
    this.#limits.set(limit.id, limit);
    this.#listed = null;
    this.#options.changed(limit);
  }

  async #deleteOverrides(overrides: LimitOverride[]): Promise<void> {
    if (overrides.length === 0) return;
    const ids = overrides.map(({ id }) => id);
    await this.#options.storage.deleteRecords(OVERRIDES, ids);
    for (const id of ids) this.#overrides.delete(id);
  }

  async #forgetEnded(): Promise<void> {
    const nowMs = this.#options.now();
    await this.#deleteOverrides([...this.#overrides.values()].filter(({ untilMs }) => untilMs <= nowMs));
  }

  #change<T>(make: (nowMs: number) => Promise<T>): Promise<T> {
    return this.#changes.take(() => make(this.#options.now()));
  }

  async #audit(actor: string, action: string, detail: object): Promise<void> {
    await this.#options.storage.appendAudit({ atMs: this.#options.now(), actor, action, detail });
  }
}
