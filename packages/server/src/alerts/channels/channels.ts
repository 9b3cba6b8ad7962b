import type { AlertMessage } from "../alert-message.ts";

/** Where alerts go: e-mail, chat, webhooks. */
export interface Channels {
  /**
   * Sends to the channels with these ids; null: to every enabled one. Ids that are not there any more are left out.
   * Never rejects for what a receiver did: each result says how it went. A message that is sent twice keeps its id.
   */
  send(message: AlertMessage, channelIds: string[] | null): Promise<DeliveryResult[]>;
  /** Sends a message that says it is a test. InvalidInput `channel_not_found` (404). */
  test(channelId: string): Promise<DeliveryResult>;
}

/** How it went with one channel. */
export interface DeliveryResult {
  channelId: string;
  /** As its owner named it. */
  channelName: string;
  delivered: boolean;
  /** How often it was tried. */
  attempts: number;
  /** What went wrong, for people to read, without secrets; null: nothing. */
  failure: string | null;
  atMs: number;
}
