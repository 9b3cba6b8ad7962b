import type { AlertMessage } from "../alert-message.ts";

/** Where alerts go: e-mail, chat, webhooks. */
export interface Channels {
  /**
   * Takes a message for the channels with these ids; null: for every enabled one. Ids that are not there any more, and
   * channels that are switched off, are left out. Resolves when the messages are stored: from then on they are sent, again
   * after failures, and also when the process is killed; what became of them is in `deliveries`. A message whose `id` a
   * channel was given before is not sent to it again. A test goes out at once and once, and its results say how it went.
   */
  send(message: AlertMessage, channelIds: string[] | null): Promise<DeliveryResult[]>;
  /** Sends a message that says it is a test, once, and waits for the answer. InvalidInput `channel_not_found` (404). */
  test(channelId: string): Promise<DeliveryResult>;
  /** What became of messages, newest first. */
  deliveries(question: DeliveriesQuestion): Promise<Delivery[]>;
}

/** How it went with one channel so far. */
export interface DeliveryResult {
  deliveryId: string;
  channelId: string;
  /** As its owner named it. */
  channelName: string;
  delivered: boolean;
  /** How often it was tried. 0: it waits for its turn. */
  attempts: number;
  /** What went wrong, for people to read, without secrets; null: nothing. */
  failure: string | null;
  /** What the other side said to the latest attempt, shortened and without secrets; null: nothing. */
  answer: string | null;
  atMs: number;
}

export interface DeliveriesQuestion {
  channelId?: string;
  alertId?: string;
  status?: DeliveryStatus;
  limit: number;
}

/** `waiting` also between two attempts; `failed`: given up, it is sent again only when somebody says so. */
export type DeliveryStatus = "waiting" | "sent" | "failed";

/** One message on its way to one channel. */
export interface Delivery {
  id: string;
  channelId: string;
  /** As it was named when the message came. */
  channelName: string;
  message: AlertMessage;
  status: DeliveryStatus;
  /** The latest twenty, oldest first. */
  attempts: DeliveryAttempt[];
  /** null: none will be made. */
  nextAttemptAtMs: number | null;
  /** Failed attempts since it came, or since somebody had it tried again. */
  failures: number;
  /** Names the e-mail or the request that it goes out with: others that go together with it have the same. null: not yet. */
  sentAs: string | null;
  createdAtMs: number;
}

export interface DeliveryAttempt {
  atMs: number;
  delivered: boolean;
  failure: string | null;
  answer: string | null;
}
