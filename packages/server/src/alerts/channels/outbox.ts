import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { CollectionRecord, Storage } from "../../storage/storage.ts";
import type { AlertMessage, Severity } from "../alert-message.ts";
import type { DeliveriesQuestion, Delivery, DeliveryAttempt } from "./channels.ts";
import { retryDelayMs } from "./retry-delay.ts";

/** What the outbox has to know of a channel before it sends there. */
export interface Pace {
  maxPerMinute: number;
  /** A burst may go out together in one. */
  groups: boolean;
}

/** How one attempt ended. */
export interface AttemptResult {
  delivered: boolean;
  failure: string | null;
  answer: string | null;
  retryable: boolean;
  retryAfterMs: number | null;
}

export interface OutboxOptions {
  storage: Storage;
  now: () => number;
  /** null: the channel is not there any more, or switched off. */
  paceOf: (channelId: string) => Pace | null;
  /** Never rejects. `id` is the same at every attempt with the same messages. */
  attempt: (channelId: string, id: string, messages: AlertMessage[]) => Promise<AttemptResult>;
  /** Hears of failures of the store. */
  logFailure: (error: unknown) => void;
  retryDelaysMs?: readonly number[];
}

/** What waits, whole, and what is over. Of a delivery that a kill left in both, the second counts. */
const WAITING = "alert-outbox";
const OVER = "alert-deliveries";
const GATHER_MS = 1_000;
const MAX_TOGETHER = 50;
const MAX_ATTEMPTS_KEPT = 20;
const MINUTE_MS = 60_000;
const KEEP_MS = 90 * 86_400_000;
const PAGE = 500;
/** After a failure of the store. */
const PAUSE_MS = 30_000;
/** What is on its way when the process ends may take this long; then it counts as not sent. */
const LAST_WORDS_MS = 3_000;
const URGENCY: Record<Severity, number> = { emergency: 0, critical: 1, warning: 2, info: 3 };

/**
 * Keeps messages until they have gone out or were given up. Each is stored before it is acknowledged and again after each
 * attempt, so a process that was killed goes on where it stood: what was on its way is sent once more, under the same id.
 */
export class Outbox {
  #options: OutboxOptions;
  #waiting = new Map<string, Delivery>();
  #channels = new Map<string, ChannelState>();
  #running = new Set<Promise<void>>();
  #started = false;
  #closed = false;
  #pruning: NodeJS.Timeout | null = null;

  private constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Reads what is waiting; nothing is sent before `start`. */
  static async open(options: OutboxOptions): Promise<Outbox> {
    const outbox = new Outbox(options);
    const { storage } = options;
    const waiting = (await storage.listRecords(WAITING)).toReversed().map(deliveryOf);
    const over = await storage.listRecords(OVER, { ids: waiting.map(({ id }) => id) });
    const isOver = new Set(over.map(({ id }) => id));
    if (isOver.size > 0) await storage.deleteRecords(WAITING, [...isOver]);
    for (const delivery of waiting) if (!isOver.has(delivery.id)) outbox.#waiting.set(delivery.id, delivery);
    return outbox;
  }

  start(): void {
    this.#started = true;
    for (const channelId of new Set([...this.#waiting.values()].map((it) => it.channelId))) this.#plan(channelId);
    const prune = () => void this.#keep(this.#prune());
    prune();
    this.#pruning = setInterval(prune, KEEP_MS / 90).unref();
  }

  /** Resolves when they are stored. Those whose id is known are left as they are and given back. */
  async add(deliveries: Delivery[]): Promise<Delivery[]> {
    const known = await this.#find(deliveries.map(({ id }) => id));
    const added = deliveries.filter(({ id }) => !known.has(id));
    if (added.length > 0) await this.#options.storage.putRecords(WAITING, added.map(recordOf));
    for (const delivery of added) this.#waiting.set(delivery.id, delivery);
    for (const { channelId } of added) this.#plan(channelId);
    return deliveries.map((delivery) => known.get(delivery.id) ?? delivery);
  }

  /** For what was sent beside the queue: a test. */
  async record(delivery: Delivery): Promise<void> {
    await this.#options.storage.putRecords(OVER, [recordOf(delivery)]);
  }

  /** Tries one that was given up again, as if it were new; also one that waits, at once. */
  async retry(id: string): Promise<Delivery | "unknown" | "over"> {
    const found = (await this.#find([id])).get(id);
    if (found === undefined) return "unknown";
    if (found.status === "sent" || found.message.state === "test") return "over";
    const nowMs = this.#options.now();
    const delivery: Delivery = { ...found, status: "waiting", nextAttemptAtMs: nowMs, failures: 0, sentAs: null };
    await this.#options.storage.putRecords(WAITING, [recordOf(delivery)]);
    await this.#options.storage.deleteRecords(OVER, [id]);
    this.#waiting.set(id, delivery);
    this.#plan(delivery.channelId);
    return delivery;
  }

  /** Newest first. */
  async list({ channelId, alertId, status, limit }: DeliveriesQuestion): Promise<Delivery[]> {
    const matches = (delivery: Delivery) =>
      (channelId === undefined || delivery.channelId === channelId) &&
      (alertId === undefined || delivery.message.alertId === alertId) &&
      (status === undefined || delivery.status === status);
    const found = new Map<string, Delivery>();
    for (const delivery of this.#waiting.values()) if (matches(delivery)) found.set(delivery.id, delivery);
    const waiting = found.size;
    for await (const delivery of this.#over()) {
      if (found.size - waiting >= limit) break;
      if (matches(delivery) && !found.has(delivery.id)) found.set(delivery.id, delivery);
    }
    return [...found.values()].toSorted((one, other) => other.createdAtMs - one.createdAtMs).slice(0, limit);
  }

  /** Begins nothing more, and waits for what is on its way. */
  async close(): Promise<void> {
    this.#started = false;
    if (this.#pruning !== null) clearInterval(this.#pruning);
    for (const { timer } of this.#channels.values()) clearTimeout(timer);
    await Promise.race([Promise.all(this.#running), sleep(LAST_WORDS_MS, undefined, { ref: false })]);
    this.#closed = true;
  }

  /** Sets the channel's clock to its next attempt. */
  #plan(channelId: string): void {
    const state = this.#stateOf(channelId);
    if (!this.#started || state.isBusy) return;
    const dueAtMs = this.#nextDueMs(channelId, state);
    clearTimeout(state.timer);
    if (dueAtMs === null) return;
    const delayMs = Math.min(Math.max(0, dueAtMs - this.#options.now()), 2 ** 31 - 1);
    state.timer = setTimeout(() => void this.#keep(this.#turn(channelId, state)), delayMs).unref();
  }

  #nextDueMs(channelId: string, state: ChannelState): number | null {
    const dues = this.#ofChannel(channelId).map(({ nextAttemptAtMs, createdAtMs }) => nextAttemptAtMs ?? createdAtMs);
    if (dues.length === 0) return null;
    const pace = this.#options.paceOf(channelId);
    return Math.max(Math.min(...dues), state.notBeforeMs, pace === null ? 0 : state.freeAtMs(pace.maxPerMinute));
  }

  /** One attempt of one channel, and the plan for the next. */
  async #turn(channelId: string, state: ChannelState): Promise<void> {
    if (state.isBusy || !this.#started) return;
    state.isBusy = true;
    try {
      const batch = this.#nextBatch(channelId);
      if (batch.length > 0) await this.#send(channelId, state, batch);
    } catch (error) {
      this.#options.logFailure(error);
      state.notBeforeMs = this.#options.now() + PAUSE_MS;
    } finally {
      state.isBusy = false;
      this.#plan(channelId);
    }
  }

  /** What has gone out together before, or everything new, from when the first of it is due; alone where each goes alone. */
  #nextBatch(channelId: string): Delivery[] {
    const nowMs = this.#options.now();
    const waiting = this.#ofChannel(channelId).toSorted(
      (one, other) =>
        URGENCY[one.message.severity] - URGENCY[other.message.severity] || one.createdAtMs - other.createdAtMs,
    );
    const due = waiting.filter(({ nextAttemptAtMs }) => nextAttemptAtMs !== null && nextAttemptAtMs <= nowMs);
    const first = due[0];
    if (first === undefined) return [];
    if (first.sentAs !== null) return due.filter(({ sentAs }) => sentAs === first.sentAs);
    // a report is an e-mail of its own
    if (first.message.mail !== undefined) return [first];
    const pace = this.#options.paceOf(channelId);
    const size = pace !== null && !pace.groups ? 1 : MAX_TOGETHER;
    return waiting.filter(({ sentAs, message }) => sentAs === null && message.mail === undefined).slice(0, size);
  }

  async #send(channelId: string, state: ChannelState, batch: Delivery[]): Promise<void> {
    const { now, attempt, paceOf } = this.#options;
    const sentAs = batch[0]!.sentAs ?? this.#newName(channelId, batch[0]!);
    const bound = batch.map((delivery) => ({ ...delivery, sentAs }));
    if (batch[0]!.sentAs === null) await this.#putWaiting(bound);
    const isThere = paceOf(channelId) !== null;
    if (isThere) state.sentAtMs.push(now());
    const result = isThere
      ? await attempt(
          channelId,
          sentAs,
          bound.map(({ message }) => message),
        )
      : GONE;
    const tried: DeliveryAttempt = {
      atMs: now(),
      delivered: result.delivered,
      failure: result.failure,
      answer: result.answer,
    };
    // once for all of them: they stay together
    const delayMs = result.retryable
      ? retryDelayMs(bound[0]!.failures + 1, result.retryAfterMs, Math.random(), this.#options.retryDelaysMs)
      : null;
    if (!this.#closed) await this.#settle(bound.map((delivery) => afterAttempt(delivery, tried, delayMs)));
  }

  /** What goes alone keeps its name also when somebody has it tried again; a burst never comes again as it was. */
  #newName(channelId: string, { id }: Delivery): string {
    return this.#options.paceOf(channelId)?.groups === false ? id : randomUUID();
  }

  async #settle(deliveries: Delivery[]): Promise<void> {
    const { storage } = this.#options;
    const over = deliveries.filter(({ status }) => status !== "waiting");
    // first in memory: what went out must not go out again because the store is in trouble
    for (const { id } of over) this.#waiting.delete(id);
    const waiting = deliveries.filter(({ status }) => status === "waiting");
    if (waiting.length > 0) await this.#putWaiting(waiting);
    if (over.length === 0) return;
    await storage.putRecords(OVER, over.map(recordOf));
    await storage.deleteRecords(
      WAITING,
      over.map(({ id }) => id),
    );
  }

  async #putWaiting(deliveries: Delivery[]): Promise<void> {
    for (const delivery of deliveries) this.#waiting.set(delivery.id, delivery);
    await this.#options.storage.putRecords(WAITING, deliveries.map(recordOf));
  }

  #ofChannel(channelId: string): Delivery[] {
    return [...this.#waiting.values()].filter((delivery) => delivery.channelId === channelId);
  }

  #stateOf(channelId: string): ChannelState {
    let state = this.#channels.get(channelId);
    if (state === undefined) this.#channels.set(channelId, (state = new ChannelState(this.#options)));
    return state;
  }

  async #find(ids: string[]): Promise<Map<string, Delivery>> {
    const over = await this.#options.storage.listRecords(OVER, { ids });
    const found = new Map(over.map((record) => [record.id, deliveryOf(record)]));
    for (const id of ids) if (this.#waiting.has(id)) found.set(id, this.#waiting.get(id)!);
    return found;
  }

  async *#over(): AsyncIterable<Delivery> {
    const seen = new Set<string>();
    let toMs: number | null = null;
    for (;;) {
      const page: CollectionRecord[] = await this.#options.storage.listRecords(OVER, {
        limit: PAGE,
        ...(toMs === null ? {} : { toMs }),
      });
      const news = page.filter(({ id }) => !seen.has(id));
      for (const record of news) {
        seen.add(record.id);
        yield deliveryOf(record);
      }
      if (news.length === 0 || page.length < PAGE) return;
      // some of the same millisecond may be on the next page
      toMs = page.at(-1)!.atMs + 1;
    }
  }

  async #prune(): Promise<void> {
    const { storage, now } = this.#options;
    const old = await storage.listRecords(OVER, { toMs: now() - KEEP_MS });
    if (old.length === 0) return;
    await storage.deleteRecords(
      OVER,
      old.map(({ id }) => id),
    );
  }

  async #keep(work: Promise<void>): Promise<void> {
    const safe = work.catch(this.#options.logFailure);
    this.#running.add(safe);
    await safe;
    this.#running.delete(safe);
  }
}

/** What is remembered of a channel while the process lives. */
class ChannelState {
  timer: NodeJS.Timeout | undefined;
  isBusy = false;
  notBeforeMs = 0;
  /** Attempts of the last minute. */
  sentAtMs: number[] = [];
  #now: () => number;

  constructor({ now }: { now: () => number }) {
    this.#now = now;
  }

  /** When another attempt stays within the pace. */
  freeAtMs(maxPerMinute: number): number {
    const nowMs = this.#now();
    this.sentAtMs = this.sentAtMs.filter((atMs) => atMs > nowMs - MINUTE_MS);
    const oldest = this.sentAtMs.at(-maxPerMinute);
    return oldest === undefined ? nowMs : oldest + MINUTE_MS;
  }
}

/** `delayMs`: until the next attempt; null: there will be none. */
function afterAttempt(delivery: Delivery, tried: DeliveryAttempt, delayMs: number | null): Delivery {
  const attempts = [...delivery.attempts, tried].slice(-MAX_ATTEMPTS_KEPT);
  if (tried.delivered) return { ...delivery, attempts, status: "sent", nextAttemptAtMs: null };
  const failures = delivery.failures + 1;
  if (delayMs === null) return { ...delivery, attempts, failures, status: "failed", nextAttemptAtMs: null };
  return { ...delivery, attempts, failures, nextAttemptAtMs: tried.atMs + delayMs };
}

const GONE: AttemptResult = {
  delivered: false,
  failure: "The channel was removed or switched off",
  answer: null,
  retryable: false,
  retryAfterMs: null,
};

/** When a new delivery is due: where a burst goes out together, a moment later. */
export function firstAttemptMs(nowMs: number, { groups }: Pace): number {
  return groups ? nowMs + GATHER_MS : nowMs;
}

function recordOf({ id, createdAtMs, ...body }: Delivery): CollectionRecord {
  return { id, atMs: createdAtMs, body };
}

function deliveryOf({ id, atMs, body }: CollectionRecord): Delivery {
  return { ...(body as Omit<Delivery, "id" | "createdAtMs">), id, createdAtMs: atMs };
}
