import { createHash, randomUUID } from "node:crypto";
import { InvalidInput } from "@outlay/core";
import type { Storage } from "../../storage/storage.ts";
import type { AlertMessage } from "../alert-message.ts";
import { addressPolicy } from "./address-policy.ts";
import type { AllowedInternal } from "./address-policy.ts";
import { ChannelBook } from "./channel-book.ts";
import type { Channel, ListedChannel, SecretSource } from "./channel-book.ts";
import { kindOf } from "./channel-kinds.ts";
import type { Channels, DeliveriesQuestion, Delivery, DeliveryResult } from "./channels.ts";
import { Outbox, firstAttemptMs } from "./outbox.ts";
import type { AttemptResult } from "./outbox.ts";
import { redact } from "./redact.ts";
import { SendFailed } from "./send-failed.ts";

/** Channels, and what people do with them. */
export interface OpenChannels extends Channels {
  book: ChannelBook;
  /** Begins to send what waits. */
  start(): void;
  /**
   * Has one that was given up tried again, or one that waits tried at once. InvalidInput `delivery_not_found` (404),
   * `delivery_not_open`.
   */
  retry(deliveryId: string): Promise<Delivery>;
  close(): Promise<void>;
}

export interface ChannelsOptions {
  storage: Storage;
  secret: SecretSource;
  now: () => number;
  /** Where readers find the dashboard, without a slash at the end. */
  baseUrl: () => string;
  /** Of the times that people read; it may change. */
  readonly timeZone: string;
  /** The setting `allowInternalWebhooks`. */
  allowInternal: AllowedInternal;
  logFailure: (error: unknown) => void;
  /** Between attempts; for tests. */
  retryDelaysMs?: readonly number[];
}

/** Opens the channels of a data folder. Nothing that waits is sent before `start`. */
export async function openChannels(options: ChannelsOptions): Promise<OpenChannels> {
  const { storage, secret, now, logFailure, retryDelaysMs } = options;
  const book = await ChannelBook.open({ storage, secret, now, warn: logFailure });
  const ending = new AbortController();
  const attempt = attemptWith(options, book, ending.signal);
  const outbox = await Outbox.open({
    storage,
    now,
    attempt,
    logFailure,
    paceOf(channelId) {
      const channel = book.find(channelId);
      if (channel === null || !channel.enabled) return null;
      return { maxPerMinute: channel.maxPerMinute, groups: kindOf(channel.kind).groups };
    },
    ...(retryDelaysMs === undefined ? {} : { retryDelaysMs }),
  });

  const sendAtOnce = async (message: AlertMessage, channel: ListedChannel): Promise<DeliveryResult> => {
    const id = randomUUID();
    const { delivered, failure, answer } = await attempt(channel.id, id, [message]);
    const atMs = now();
    const delivery: Delivery = {
      ...newDelivery(message, channel, atMs),
      status: delivered ? "sent" : "failed",
      attempts: [{ atMs, delivered, failure, answer }],
      nextAttemptAtMs: null,
      failures: delivered ? 0 : 1,
      sentAs: id,
    };
    await outbox.record(delivery);
    return resultOf(delivery);
  };

  return {
    book,
    start: () => outbox.start(),
    async send(message, channelIds) {
      const channels = book.list().filter(({ id, enabled }) => enabled && (channelIds?.includes(id) ?? true));
      if (message.state === "test") return Promise.all(channels.map((channel) => sendAtOnce(message, channel)));
      const added = await outbox.add(channels.map((channel) => newDelivery(message, channel, now())));
      return added.map(resultOf);
    },
    async test(channelId) {
      const channel = book.get(channelId);
      return sendAtOnce(testMessage(channel, now()), channel);
    },
    deliveries: (question: DeliveriesQuestion) => outbox.list(question),
    retry: (deliveryId) => retry(outbox, deliveryId),
    async close() {
      await outbox.close();
      ending.abort();
      await book.close();
    },
  };
}

/** One attempt: never rejects, says what happened without secrets. */
function attemptWith(options: ChannelsOptions, book: ChannelBook, signal: AbortSignal) {
  const { baseUrl, allowInternal, now, logFailure } = options;
  const means = { policy: addressPolicy(allowInternal), now, signal };
  return async (channelId: string, id: string, messages: AlertMessage[]): Promise<AttemptResult> => {
    const channel = book.withSecrets(channelId);
    if (channel === null) return never("The channel was removed");
    if (channel === "unreadable") return never("Its secrets were encrypted with another secret; enter them again");
    const hidden = secretsOf(channel);
    try {
      const outgoing = { id, messages, baseUrl: baseUrl(), timeZone: options.timeZone, channelName: channel.name };
      const answer = await kindOf(channel.kind).send(outgoing, channel.settings, means);
      return { delivered: true, failure: null, answer: redact(answer, hidden), retryable: false, retryAfterMs: null };
    } catch (error) {
      if (!(error instanceof SendFailed)) {
        logFailure(error);
        return never("Outlay made a mistake; its output has the rest");
      }
      const { message, answer, retryable, retryAfterMs } = error;
      const said = answer === null ? null : redact(answer, hidden);
      return { delivered: false, failure: redact(message, hidden), answer: said, retryable, retryAfterMs };
    }
  };
}

function never(failure: string): AttemptResult {
  return { delivered: false, failure, answer: null, retryable: false, retryAfterMs: null };
}

function secretsOf({ kind, settings }: Channel): string[] {
  return kindOf(kind).secrets.flatMap((name) => (typeof settings[name] === "string" ? [settings[name]] : []));
}

/** Its id says which message it is for which channel: one that comes twice is one. */
function newDelivery(message: AlertMessage, channel: ListedChannel, nowMs: number): Delivery {
  const { id: channelId, name: channelName, maxPerMinute, kind } = channel;
  const id = createHash("sha256")
    .update(JSON.stringify([message.id, channelId]))
    .digest("hex")
    .slice(0, 32);
  return {
    id,
    channelId,
    channelName,
    message,
    status: "waiting",
    attempts: [],
    nextAttemptAtMs: firstAttemptMs(nowMs, { maxPerMinute, groups: kindOf(kind).groups }),
    failures: 0,
    sentAs: null,
    createdAtMs: nowMs,
  };
}

function resultOf({ id, channelId, channelName, status, attempts, createdAtMs }: Delivery): DeliveryResult {
  const latest = attempts.at(-1);
  return {
    deliveryId: id,
    channelId,
    channelName,
    delivered: status === "sent",
    attempts: attempts.length,
    failure: latest?.failure ?? null,
    answer: latest?.answer ?? null,
    atMs: latest?.atMs ?? createdAtMs,
  };
}

function testMessage({ name, kind }: ListedChannel, atMs: number): AlertMessage {
  const id = randomUUID();
  return {
    id,
    alertId: id,
    kind: "test",
    severity: "info",
    state: "test",
    title: "This channel works",
    summary: "Somebody pressed the test button. Nothing has happened, and nothing has to be done.",
    facts: [
      { label: "Channel", value: name },
      { label: "Kind", value: kind },
    ],
    link: null,
    atMs,
  };
}

async function retry(outbox: Outbox, id: string): Promise<Delivery> {
  const delivery = await outbox.retry(id);
  if (delivery === "unknown") {
    throw new InvalidInput("delivery_not_found", `There is no delivery with the id ${id}; see GET /api/v1/deliveries`, {
      field: "id",
      status: 404,
    });
  }
  if (delivery === "over") {
    throw new InvalidInput("delivery_not_open", `The delivery ${id} has arrived already, or was a test`, {
      field: "id",
      status: 409,
    });
  }
  return delivery;
}
