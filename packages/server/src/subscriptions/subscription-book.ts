import { randomUUID } from "node:crypto";
import { InvalidInput, shown, Turns } from "@outlay/core";
import type { Storage } from "../storage/storage.ts";
import { placeInDay } from "./calendar.ts";
import { emptySubscription, wantedOf, withFields, type SubscriptionFields } from "./parse-subscription.ts";
import { cataloguePlans, ownPlan, priceOn, type ownPlanSchema, type Plan } from "./plan.ts";
import type { Subscription, WantedSubscription } from "./subscription.ts";
import type { z } from "zod";

export interface SubscriptionBookOptions {
  storage: Storage;
  now: () => number;
  /** The server's zone; it may change. */
  timeZone: () => string;
}

const SUBSCRIPTIONS = "subscriptions";
const PLANS = "subscription-plans";
const MAX_SUBSCRIPTIONS = 1_000;
const MAX_PLANS = 500;

/** The subscriptions and plans, in memory and in the store. Every change is in the audit trail. */
export class SubscriptionBook {
  readonly #options: SubscriptionBookOptions;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #catalogue = new Map(cataloguePlans().map((plan) => [plan.id, plan]));
  readonly #own = new Map<string, Plan>();
  /** Changes are stored one after the other. */
  readonly #changes = new Turns();

  private constructor(options: SubscriptionBookOptions) {
    this.#options = options;
  }

  static async open(options: SubscriptionBookOptions): Promise<SubscriptionBook> {
    const book = new SubscriptionBook(options);
    const { storage } = options;
    for (const { id, atMs, body } of await storage.listRecords(SUBSCRIPTIONS)) {
      book.#subscriptions.set(id, { ...(body as Omit<Subscription, "id" | "createdAtMs">), id, createdAtMs: atMs });
    }
    for (const { id, body } of await storage.listRecords(PLANS)) book.#own.set(id, { ...(body as Plan), id });
    return book;
  }

  /** By start, then by name. */
  list(): Subscription[] {
    return [...this.#subscriptions.values()].toSorted(
      (one, other) => one.start.localeCompare(other.start) || one.name.localeCompare(other.name),
    );
  }

  get(id: string): Subscription | null {
    return this.#subscriptions.get(id) ?? null;
  }

  /** By provider and first price. */
  plans(): Plan[] {
    return [...new Map([...this.#catalogue, ...this.#own]).values()];
  }

  plan(id: string): Plan | null {
    return this.#own.get(id) ?? this.#catalogue.get(id) ?? null;
  }

  /** The date in the server's zone. */
  today(): string {
    return placeInDay(this.#options.timeZone(), this.#options.now()).date;
  }

  /** InvalidInput `invalid_subscription`, `plan_not_found`, `too_many_subscriptions`. */
  create(given: SubscriptionFields, actor: string): Promise<Subscription> {
    return this.#changes.take(async () => {
      if (this.#subscriptions.size >= MAX_SUBSCRIPTIONS) {
        throw new InvalidInput("too_many_subscriptions", `there are ${MAX_SUBSCRIPTIONS} already; remove old ones`, {
          status: 409,
        });
      }
      const start = given.start ?? this.today();
      const begun = this.#begun(given.plan ?? null, start);
      // Who says what is covered says all of it.
      const covers = given.covers === undefined ? begun.covers : emptySubscription(start).covers;
      const wanted = withFields({ ...begun, covers }, { ...given, start });
      const nowMs = this.#options.now();
      const subscription = { ...wanted, id: randomUUID(), createdAtMs: nowMs, updatedAtMs: nowMs };
      await this.#store(subscription);
      await this.#audit(actor, "subscription_added", { id: subscription.id, after: wanted });
      return subscription;
    });
  }

  /** InvalidInput as `create`, and `subscription_not_found` (404). */
  change(id: string, given: SubscriptionFields, actor: string): Promise<Subscription> {
    return this.#changes.take(async () => {
      const before = this.#require(id);
      if (given.plan != null && this.plan(given.plan) === null) throw planNotFound(given.plan);
      const wanted = withFields(wantedOf(before), given);
      const subscription = { ...before, ...wanted, updatedAtMs: this.#options.now() };
      await this.#store(subscription);
      await this.#audit(actor, "subscription_changed", { id, before: wantedOf(before), after: wanted });
      return subscription;
    });
  }

  /** As if it had never been: for what was entered by mistake. InvalidInput `subscription_not_found` (404). */
  remove(id: string, actor: string): Promise<void> {
    return this.#changes.take(async () => {
      const before = this.#require(id);
      await this.#options.storage.deleteRecords(SUBSCRIPTIONS, [id]);
      this.#subscriptions.delete(id);
      await this.#audit(actor, "subscription_removed", { id, before: wantedOf(before) });
    });
  }

  /** A plan of one's own, new or in place of the one before. InvalidInput `invalid_plan`, `too_many_plans`. */
  putPlan(id: string, given: z.output<typeof ownPlanSchema>, actor: string): Promise<Plan> {
    return this.#changes.take(async () => {
      const plan = ownPlan(id, given, this.today());
      if (!this.#own.has(id) && this.#own.size >= MAX_PLANS) {
        throw new InvalidInput("too_many_plans", `there are ${MAX_PLANS} plans of your own already`, { status: 409 });
      }
      const before = this.#own.get(id) ?? null;
      await this.#options.storage.putRecords(PLANS, [{ id, atMs: this.#options.now(), body: plan }]);
      this.#own.set(id, plan);
      await this.#audit(actor, "subscription_plan_set", { id, before, after: plan });
      return plan;
    });
  }

  /** What the catalogue says of it counts again, if it says anything. InvalidInput `plan_not_found` (404). */
  removePlan(id: string, actor: string): Promise<void> {
    return this.#changes.take(async () => {
      const before = this.#own.get(id);
      if (before === undefined) throw planNotFound(id, "of your own");
      await this.#options.storage.deleteRecords(PLANS, [id]);
      this.#own.delete(id);
      await this.#audit(actor, "subscription_plan_removed", { id, before });
    });
  }

  /** What a subscription begins with: what its plan says. */
  #begun(planId: string | null, start: string): WantedSubscription {
    const empty = emptySubscription(start);
    if (planId === null) return empty;
    const plan = this.plan(planId);
    if (plan === null) throw planNotFound(planId);
    const { name, provider, covers } = plan;
    const price = priceOn(plan, start);
    if (price === null) return { ...empty, name, plan: planId, provider, covers };
    const { amountNanoUsd, months, includedNanoUsd } = price;
    return { ...empty, name, plan: planId, provider, covers, amountNanoUsd, months, includedNanoUsd };
  }

  #require(id: string): Subscription {
    const subscription = this.#subscriptions.get(id);
    if (subscription === undefined) throw subscriptionNotFound(id);
    return subscription;
  }

  async #store(subscription: Subscription): Promise<void> {
    const { id, createdAtMs, ...body } = subscription;
    await this.#options.storage.putRecords(SUBSCRIPTIONS, [{ id, atMs: createdAtMs, body }]);
    this.#subscriptions.set(id, subscription);
  }

  async #audit(actor: string, action: string, detail: unknown): Promise<void> {
    await this.#options.storage.appendAudit({ atMs: this.#options.now(), actor, action, detail });
  }
}

export function subscriptionNotFound(id: string): InvalidInput {
  return new InvalidInput("subscription_not_found", `there is no subscription ${shown(id)}`, {
    field: "id",
    status: 404,
  });
}

function planNotFound(id: string, which = ""): InvalidInput {
  return new InvalidInput("plan_not_found", `there is no plan ${shown(id)}${which === "" ? "" : ` ${which}`}`, {
    field: "plan",
    status: 404,
  });
}
