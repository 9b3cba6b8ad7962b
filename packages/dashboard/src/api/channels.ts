import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { getJson, sendJson } from "./client.ts";
import { FIGURES } from "./questions.ts";

export const CHANNEL_KINDS = ["slack", "teams", "discord", "smtp", "resend", "webhook"] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** Where alerts go, without its secrets. */
export interface Channel {
  id: string;
  name: string;
  kind: ChannelKind;
  enabled: boolean;
  maxPerMinute: number;
  /** Who or which host gets its messages. */
  target: string;
  settings: Record<string, unknown>;
  /** The end of each secret. */
  lastFour: Record<string, string>;
  /** False: its secrets were encrypted with another secret. */
  readable: boolean;
  createdAt: string;
  updatedAt: string;
}

export const DELIVERY_STATUSES = ["waiting", "sent", "failed"] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** What became of one message. */
export interface Delivery {
  id: string;
  channelId: string;
  channelName: string;
  /** `waiting` also between two attempts; `failed`: given up. */
  status: DeliveryStatus;
  message: { id: string; alertId: string; kind: string; severity: string; state: string; title: string };
  /** The latest twenty, oldest first. */
  attempts: { at: string; delivered: boolean; failure: string | null; answer: string | null }[];
  nextAttemptAt: string | null;
  createdAt: string;
}

/** What the other side said to a test message. */
export interface TestResult {
  delivered: boolean;
  failure: string | null;
  answer: string | null;
  at: string;
}

const PATH = "/api/v1/channels";
const DELIVERIES = "/api/v1/deliveries";
const at = (id: string): `/${string}` => `${PATH}/${encodeURIComponent(id)}`;

function asked<T>(path: `/${string}`, params: Record<string, string> = {}) {
  const query = new URLSearchParams(params);
  return queryOptions({
    queryKey: [FIGURES, path, query.toString()],
    queryFn: ({ signal }) => getJson<T>(path, query, signal),
    placeholderData: keepPreviousData,
  });
}

export const channelListQuestion = asked<{ channels: Channel[] }>(PATH);

/** The newest fifty, of one status or of all. Nothing tells of what becomes of one that waits: it is asked again. */
export function deliveriesQuestion(of: { status?: DeliveryStatus }) {
  return queryOptions({
    ...asked<{ deliveries: Delivery[] }>(DELIVERIES, { ...of, limit: "50" }),
    refetchInterval: ({ state: { data } }) => pauseMs(data?.deliveries ?? [], Date.now()),
  });
}

/** Soon where one is about to be tried, seldom where one waits for longer, not at all where none waits. */
function pauseMs(deliveries: readonly Delivery[], nowMs: number): number | false {
  const waiting = deliveries.filter(({ status }) => status === "waiting");
  if (waiting.length === 0) return false;
  const isSoon = waiting.some(({ nextAttemptAt }) => Date.parse(nextAttemptAt ?? "") <= nowMs + SOON_MS);
  return isSoon ? 2_000 : 30_000;
}

const SOON_MS = 10_000;

/** `secret`: made to sign with, and in this answer only; null: none was made. */
export const createChannel = (body: Record<string, unknown>) =>
  sendJson<{ channel: Channel; secret: string | null }>("POST", PATH, body);
export const changeChannel = (id: string, body: Record<string, unknown>) =>
  sendJson<{ channel: Channel }>("PATCH", at(id), body);
export const removeChannel = (id: string) => sendJson("DELETE", at(id));
/** The new secret is in this answer only; the one before signs too for a day. */
export const rotateSecret = (id: string) =>
  sendJson<{ channel: Channel; secret: string }>("POST", `${at(id)}/rotate-secret`);
export const testChannel = (id: string) => sendJson<TestResult>("POST", `${at(id)}/test`);
export const retryDelivery = (id: string) => sendJson("POST", `${DELIVERIES}/${encodeURIComponent(id)}/retry`);
