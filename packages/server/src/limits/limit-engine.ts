import { randomUUID } from "node:crypto";
import type { Dimension } from "@outlay/core";
import { SCAN_LIMIT } from "../ledger/ask.ts";
import type { Storage } from "../storage/storage.ts";
import type { StorageWatch } from "../storage/watch-storage.ts";
import { amountOf, unitsOf, type Account, type ActiveLimit } from "./account.ts";
import { Accounts } from "./accounts.ts";
import { BackgroundLoads } from "./background-loads.ts";
import { judge, spentNanoUsd, swappedModel, type Judgement } from "./judge.ts";
import { KeptRefusals } from "./kept-refusals.ts";
import type { LeasePart } from "./lease-record.ts";
import { Leases } from "./leases.ts";
import { countedAt } from "./limit-period.ts";
import { accountDimension, accountFilters, scopeInWords } from "./limit-scope.ts";
import { LimitStore } from "./limit-store.ts";
import type { CallToCheck, Lease, Limit, LimitOverride, LimitState, Verdict, WorstCase } from "./limit.ts";
import type { CheckAnswer, KeptRefusal, Limits, LimitsOptions, OpenLease, ThresholdCrossing } from "./limits.ts";
import { valuesOfCall } from "./match-filter.ts";
import { ThresholdWatch } from "./threshold-watch.ts";
import { ThrottleWindow } from "./throttle-window.ts";

const MAX_STATES = 1_000;
const MAX_REFUSAL_LEASES = 50;

type Refused = Extract<Verdict, { kind: "refused" }>;

/** What is decided about a call, before anything is set aside. */
type Decision =
  | { kind: "unknown"; accounts: Account[] }
  | { kind: "refused"; refused: Refused }
  | { kind: "pass"; judgements: Judgement[]; swappedModel: string | null };

/** Decides about calls: what limits say, from counters that agree with the ledger. */
export class LimitEngine implements Limits {
  readonly watch: StorageWatch;
  #storage: Storage;
  #now: () => number;
  #timeZone: string;
  #store: LimitStore;
  #accounts: Accounts;
  #leases: Leases;
  #refusals: KeptRefusals;
  #thresholds: ThresholdWatch;
  #background: BackgroundLoads;
  #listeners = new Set<(crossing: ThresholdCrossing) => void>();

  constructor(options: LimitsOptions) {
    const { storage, dataDir, now, timeZone, logFailure = () => {} } = options;
    this.#storage = storage;
    this.#now = now;
    this.#timeZone = timeZone;
    const look = (account: Account) => {
      if (this.#listeners.size > 0 && this.#accounts.isReady(account, now())) this.#thresholds.look(account);
    };
    const zone = () => this.#timeZone;
    this.#accounts = new Accounts({
      storage,
      now,
      get timeZone() {
        return zone();
      },
      moved: look,
      unseen: (active, value) => {
        if (this.#listeners.size > 0 && hasThresholds(active)) this.#background.add(active, value);
      },
    });
    this.#leases = new Leases({ dataDir, now, accounts: this.#accounts, logFailure });
    this.#refusals = new KeptRefusals({ storage, now, logFailure });
    this.#thresholds = new ThresholdWatch({ storage, now, logFailure, tell: (...of) => this.#tell(...of) });
    this.#background = new BackgroundLoads({ accounts: this.#accounts, loaded: look, logFailure });
    this.#store = new LimitStore({
      storage,
      now,
      changed: (limit) => this.#takeUp([limit]),
      removed: (limitId) => this.#accounts.remove(limitId),
    });
    this.watch = {
      added: (events, seqs) => {
        for (const { id } of events) this.#leases.settle(id);
        this.#accounts.added(events, seqs);
      },
      wantsRevisions: () => this.#accounts.wantsRevisions(),
      revised: (revisions) => {
        for (const { after } of revisions) if (after !== null) this.#leases.settle(after.id);
        this.#leases.writeEnds();
        this.#accounts.revised(revisions);
      },
      addedCharges: (charges) => this.#accounts.addedCharges(charges),
      moved: () => {
        this.#leases.writeEnds();
        this.#accounts.moved();
      },
    };
  }

  async open(): Promise<void> {
    await Promise.all([this.#store.load(), this.#refusals.load(), this.#thresholds.forgetOld()]);
    this.#takeUp(this.#store.list());
    await this.#leases.restore(this.#storage);
  }

  setTimeZone(timeZone: string): void {
    if (timeZone === this.#timeZone) return;
    this.#timeZone = timeZone;
    this.#accounts.moved();
  }

  list(): Limit[] {
    return this.#store.list();
  }

  get(id: string): Limit | null {
    return this.#store.get(id);
  }

  create(wanted: unknown, actor: string): Promise<Limit> {
    return this.#store.create(wanted, actor);
  }

  change(id: string, wanted: unknown, actor: string): Promise<Limit> {
    return this.#store.change(id, wanted, actor);
  }

  remove(id: string, actor: string): Promise<void> {
    return this.#store.remove(id, actor);
  }

  overrides(limitId?: string): LimitOverride[] {
    return this.#store.overridesOf(limitId);
  }

  override(limitId: string, wanted: unknown, actor: string): Promise<LimitOverride> {
    return this.#store.override(limitId, wanted, actor);
  }

  endOverride(id: string, actor: string): Promise<void> {
    return this.#store.endOverride(id, actor);
  }

  check(call: CallToCheck): CheckAnswer | Promise<CheckAnswer> {
    return this.#decideAnd(call, (decision) => {
      if (decision.kind === "refused") return decision.refused;
      const { judgements, swappedModel: swapped } = decision;
      const wantedNanoUsd = Math.max(0, ...judgements.map((judgement) => judgement.wantedNanoUsd));
      return { kind: "pass", swappedModel: swapped, warnings: this.#warnings(judgements), wantedNanoUsd };
    });
  }

  lease(call: CallToCheck): Verdict | Promise<Verdict> {
    return this.#decideAnd(call, (decision) => {
      if (decision.kind === "refused") return decision.refused;
      const { judgements, swappedModel: swapped } = decision;
      const warnings = this.#warnings(judgements);
      const lease = this.#setAside(call.eventId, judgements);
      return { kind: "pass", lease, swappedModel: swapped, warnings, remainingNanoUsd: this.#remaining(judgements) };
    });
  }

  leaseById(id: string): Lease | null {
    return this.#leases.byId(id)?.lease ?? null;
  }

  async states(limitId: string, value?: string): Promise<LimitState[]> {
    this.#store.find(limitId);
    const active = this.#accounts.limits.get(limitId)!;
    const dimension = accountDimension(active.limit);
    if (dimension === null) return this.#loadedStates([this.#accounts.of(active, null)]);
    if (value !== undefined) return this.#loadedStates([this.#accounts.of(active, value)]);
    const values = await this.#spendingValues(active, dimension);
    const states = await this.#loadedStates(values.map((it) => this.#accounts.of(active, it)));
    return states.toSorted((one, other) => other.spentNanoUsd - one.spentNanoUsd);
  }

  statesFor(dimensions: CallToCheck["dimensions"], tags: Record<string, string>): Promise<LimitState[]> {
    const { provider = "", model = "" } = dimensions;
    return this.#loadedStates(this.#accounts.find(valuesOfCall({ provider, model, dimensions, tags })));
  }

  openLeases(): OpenLease[] {
    return this.#leases.list();
  }

  refusal(id: string): KeptRefusal | null {
    return this.#refusals.get(id);
  }

  refusals(): KeptRefusal[] {
    return this.#refusals.list();
  }

  onThreshold(listener: (crossing: ThresholdCrossing) => void): () => void {
    this.#listeners.add(listener);
    for (const active of this.#accounts.limits.values()) this.#lookAt(active);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.#store.settled();
    await this.#background.close();
    await Promise.all([this.#refusals.close(), this.#thresholds.close()]);
    this.#leases.close();
  }

  #takeUp(limits: readonly Limit[]): void {
    this.#accounts.put(limits, (limit) => this.#store.overridesOf(limit.id));
    for (const { id } of limits) this.#lookAt(this.#accounts.limits.get(id)!);
  }

  /** Limits without values are loaded before anybody asks, and told of when what was spent has passed a threshold already. */
  #lookAt(active: ActiveLimit): void {
    if (!hasThresholds(active)) return;
    if (accountDimension(active.limit) === null) this.#background.add(active, null);
    for (const { value } of active.accounts.values()) this.#background.add(active, value);
  }

  #tell(account: Account, percent: number): void {
    const { limit } = account.active;
    if (!limit.enabled) return;
    const periodStartMs = account.spent!.period?.startMs ?? null;
    const state = this.#stateOf(account, 0);
    for (const listener of this.#listeners) listener({ limit, state, percent, periodStartMs });
  }

  /** Decides at once when all counters are in memory, else when they have been loaded. */
  #decideAnd<T>(call: CallToCheck, then: (decision: Exclude<Decision, { kind: "unknown" }>) => T): T | Promise<T> {
    const decision = this.#decide(call, false);
    return decision.kind === "unknown" ? this.#loadAndDecide(call, decision.accounts, then) : then(decision);
  }

  async #loadAndDecide<T>(
    call: CallToCheck,
    missing: Account[],
    then: (decision: Exclude<Decision, { kind: "unknown" }>) => T,
  ): Promise<T> {
    for (let accounts = missing; ;) {
      await this.#accounts.load(accounts);
      const decision = this.#decide(call, true);
      if (decision.kind !== "unknown") return then(decision);
      accounts = decision.accounts;
    }
  }

  /** `justLoaded`: sums that have moved since the load are taken as they are. */
  #decide(call: CallToCheck, justLoaded: boolean): Decision {
    if (call.worstCase.mostNanoUsd === 0) return { kind: "pass", judgements: [], swappedModel: null };
    this.#leases.expire(false);
    const nowMs = this.#now();
    const accounts = this.#accounts.find(valuesOfCall(call));
    const missing = accounts.filter((account) => !this.#isUsable(account, nowMs, justLoaded));
    if (missing.length > 0) return { kind: "unknown", accounts: missing };
    const own = this.#ownParts(call.eventId);
    const model = this.#swap(accounts, call, nowMs, own);
    if (model === null) return this.#judgeAll(accounts, call, call.worstCase, null, own, nowMs);

    const worst = call.worstCaseOf?.(model) ?? call.worstCase;
    if (worst.mostNanoUsd === 0) return { kind: "pass", judgements: [], swappedModel: model };
    const requestedModel = call.dimensions.requestedModel ?? call.model;
    const swappedCall = { ...call, model, dimensions: { ...call.dimensions, requestedModel } };
    const others = this.#accounts.find(valuesOfCall(swappedCall));
    const unknown = others.filter((account) => !this.#isUsable(account, nowMs, justLoaded));
    if (unknown.length > 0) return { kind: "unknown", accounts: unknown };
    return this.#judgeAll(others, swappedCall, worst, model, own, nowMs);
  }

  #judgeAll(
    accounts: Account[],
    call: CallToCheck,
    worst: WorstCase,
    swapped: string | null,
    own: Map<Account, number>,
    nowMs: number,
  ): Decision {
    let judgements = accounts.map((account) => judge(account, worst, nowMs, own.get(account) ?? 0));
    if (judgements.some(({ refusal }) => refusal !== null)) {
      // Nobody is refused for what has expired in the last second.
      this.#leases.expire();
      judgements = accounts.map((account) => judge(account, worst, nowMs, own.get(account) ?? 0));
    }
    const refusing = judgements.filter(({ refusal }) => refusal !== null);
    if (refusing.length === 0) return { kind: "pass", judgements, swappedModel: swapped };
    return { kind: "refused", refused: this.#refuse(call, refusing, nowMs) };
  }

  #isUsable(account: Account, nowMs: number, justLoaded: boolean): boolean {
    if (justLoaded) return account.spent !== null && account.spent.covers(nowMs);
    return this.#accounts.isReady(account, nowMs);
  }

  #ownParts(eventId: string): Map<Account, number> {
    const record = this.#leases.ofEvent(eventId);
    return record === null ? NO_PARTS : new Map(record.parts.map(({ account, nanoUsd }) => [account, nanoUsd]));
  }

  #swap(accounts: Account[], call: CallToCheck, nowMs: number, own: Map<Account, number>): string | null {
    for (const account of accounts) {
      const model = swappedModel(account, call.model, nowMs, own.get(account) ?? 0);
      if (model !== null) return model;
    }
    return null;
  }

  #setAside(eventId: string, judgements: Judgement[]): Lease {
    const nowMs = this.#now();
    const parts: LeasePart[] = [];
    let whenStreamRunsOut: Lease["whenStreamRunsOut"] = "finish";
    for (const { account, wantedNanoUsd, fixed } of judgements) {
      const { enforcement } = account.active.limit;
      if (enforcement === null) continue;
      if (enforcement.throttle !== null) (account.throttle ??= new ThrottleWindow()).add(nowMs);
      if (enforcement.whenStreamRunsOut === "end") whenStreamRunsOut = "end";
      parts.push({ account, nanoUsd: wantedNanoUsd, fixed });
    }
    if (parts.length > 0) return this.#leases.begin(eventId, parts, whenStreamRunsOut);
    this.#leases.ofEvent(eventId)?.lease.release();
    return nothingAside();
  }

  #refuse(call: CallToCheck, refusing: Judgement[], nowMs: number): Refused {
    const states = refusing.map((judgement) => ({
      judgement,
      state: this.#stateOf(judgement.account, judgement.wantedNanoUsd),
    }));
    const { judgement, state } = states.toSorted((one, other) => severity(other) - severity(one))[0]!;
    const refused: Refused = {
      kind: "refused",
      code: judgement.refusal!.code,
      limit: state,
      wantedNanoUsd: judgement.wantedNanoUsd,
      retryAfterSeconds: retryAfterSeconds(judgement, state, nowMs),
      refusalId: randomUUID(),
    };
    this.#refusals.keep(this.#explained(call, refused, judgement.account, nowMs));
    return refused;
  }

  #explained(call: CallToCheck, refused: Refused, account: Account, nowMs: number): KeptRefusal {
    const { eventId, provider, model, dimensions, tags } = call;
    const { limit } = account.active;
    return {
      id: refused.refusalId,
      atMs: nowMs,
      call: { eventId, provider, model, dimensions, tags },
      code: refused.code,
      limit: refused.limit,
      wantedNanoUsd: refused.wantedNanoUsd,
      retryAfterSeconds: refused.retryAfterSeconds,
      period: countedAt(limit, nowMs, this.#timeZone),
      filters: accountFilters(limit, account.value),
      leases: largestLeases(account, eventId),
    };
  }

  #warnings(judgements: Judgement[]): LimitState[] {
    return judgements
      .filter(({ warns }) => warns)
      .map(({ account, wantedNanoUsd }) => this.#stateOf(account, wantedNanoUsd));
  }

  #remaining(judgements: Judgement[]): number | null {
    const nowMs = this.#now();
    let least = Infinity;
    for (const { account } of judgements) {
      if (account.active.limit.enforcement === null) continue;
      const left = amountOf(account, nowMs).nanoUsd - spentNanoUsd(account, nowMs) - account.leasedNanoUsd;
      if (left < least) least = left;
    }
    return least === Infinity ? null : Math.max(0, least);
  }

  async #loadedStates(accounts: Account[]): Promise<LimitState[]> {
    this.#leases.expire();
    await this.#accounts.load(accounts);
    return accounts.map((account) => this.#stateOf(account, 0));
  }

  /** Of an account that is loaded. */
  #stateOf(account: Account, wantedNanoUsd: number): LimitState {
    const { active, value, leasedNanoUsd } = account;
    const { limit } = active;
    const nowMs = this.#now();
    const amountNanoUsd = amountOf(account, nowMs).nanoUsd;
    const spent = spentNanoUsd(account, nowMs);
    return {
      limitId: limit.id,
      name: limit.name,
      value,
      scope: scopeInWords(limit, value),
      amountNanoUsd,
      spentNanoUsd: spent,
      leasedNanoUsd,
      resetsAtMs: resetsAtMs(account, spent + leasedNanoUsd + wantedNanoUsd - amountNanoUsd, nowMs),
    };
  }

  /** Values with spending in the current period, those that spent most, and those with leases. */
  async #spendingValues(active: ActiveLimit, dimension: Dimension): Promise<string[]> {
    const { startMs, endMs } = countedAt(active.limit, this.#now(), this.#timeZone);
    const leased = [...active.accounts.values()].filter(({ leases }) => leases !== null).map(({ value }) => value!);
    if (startMs >= endMs) return leased;
    const { rows } = await this.#storage.sum({
      startMs,
      endMs,
      by: [dimension],
      filters: active.limit.filters,
      top: { sum: "costNanoUsd", limit: MAX_STATES },
      scanLimit: SCAN_LIMIT,
    });
    const spending = rows.map(({ key }) => key[0]!).filter((value) => value !== null);
    return [...new Set([...leased, ...spending])].slice(0, MAX_STATES);
  }
}

/** What is set aside for other calls, largest first. There may be thousands of them, and as many refusals. */
function largestLeases(account: Account, exceptEventId: string): KeptRefusal["leases"] {
  const largest: KeptRefusal["leases"] = [];
  for (const { eventId, parts, expiresAtMs } of account.leases ?? []) {
    if (eventId === exceptEventId) continue;
    const { nanoUsd } = parts.find((part) => part.account === account)!;
    if (largest.length === MAX_REFUSAL_LEASES && nanoUsd <= largest.at(-1)!.nanoUsd) continue;
    if (largest.length === MAX_REFUSAL_LEASES) largest.pop();
    const place = largest.findIndex((other) => other.nanoUsd < nanoUsd);
    largest.splice(place === -1 ? largest.length : place, 0, { eventId, nanoUsd, expiresAtMs });
  }
  return largest;
}

function hasThresholds({ limit }: ActiveLimit): boolean {
  return limit.enabled && limit.thresholdsPercent.length > 0;
}

const NO_PARTS: ReadonlyMap<Account, number> & Map<Account, number> = new Map();

/** No limit sets anything aside for this call. */
function nothingAside(): Lease {
  return {
    id: randomUUID(),
    leasedNanoUsd: 0,
    raiseTo: () => true,
    whenStreamRunsOut: "finish",
    release() {},
    renew() {},
  };
}

function resetsAtMs(account: Account, excessNanoUsd: number, nowMs: number): number | null {
  const { active, spent } = account;
  if (spent!.period !== null) return spent!.period.endMs;
  if (excessNanoUsd <= 0 || !active.limit.period.rolling) return null;
  return spent!.leftBy(nowMs, unitsOf(active, Math.ceil(excessNanoUsd), 0));
}

function retryAfterSeconds({ refusal, wantedNanoUsd }: Judgement, state: LimitState, nowMs: number): number | null {
  if (refusal?.code === "rate_limited") return refusal.retryAfterSeconds;
  const neverFits = wantedNanoUsd > state.amountNanoUsd;
  if (refusal?.code === "unpriced_model" || neverFits || state.resetsAtMs === null) return null;
  return Math.max(1, Math.ceil((state.resetsAtMs - nowMs) / 1_000));
}

/** Of several refusals the one that lasts longest is told: nothing is won by waiting for another. */
function severity({ judgement, state }: { judgement: Judgement; state: LimitState }): number {
  if (judgement.refusal!.code === "unpriced_model") return Infinity;
  if (judgement.refusal!.code === "rate_limited") return 0;
  return state.resetsAtMs ?? Number.MAX_SAFE_INTEGER;
}
