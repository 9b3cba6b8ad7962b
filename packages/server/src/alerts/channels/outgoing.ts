import type { AlertMessage, Severity } from "../alert-message.ts";
import { plainText } from "./plain-text.ts";

/** What one e-mail or one request carries: a message, or a burst of them together. */
export interface Outgoing {
  /** The same at every attempt: receivers that have seen it leave it. */
  id: string;
  /** Most urgent first; at least one. */
  messages: readonly AlertMessage[];
  /** Where readers find the dashboard, without a slash at the end: what links begin with. */
  baseUrl: string;
  /** Of the times that people read. */
  timeZone: string;
  /** As its owner named the channel. */
  channelName: string;
}

/** A message as people may be shown it: every text one line of bounded length, the link whole, the time in words. */
export interface ReadableMessage {
  alertId: string;
  tone: Tone;
  /** In a word or two: `Critical`, `Now an emergency`, `Over`. */
  heading: string;
  title: string;
  /** Both, where one line has to say all; the heading once. */
  headline: string;
  summary: string;
  facts: { label: string; value: string }[];
  link: string;
  /** `Sun 22 Nov 2026, 14:06 UTC`. */
  time: string;
  /** How to hear no more of it; null: it is over, or was a test. */
  silence: string | null;
}

/** What colours and signs follow from. */
export type Tone = Severity | "recovered" | "test";

/** Whoever names a user may be anybody: see plainText. */
export function readableMessage(message: AlertMessage, { baseUrl, timeZone }: Outgoing): ReadableMessage {
  const { severity, state, alertId, link } = message;
  const tone = state === "recovered" || state === "test" ? state : severity;
  const title = plainText(message.title, 160);
  const heading = state === "escalated" ? ESCALATED[severity] : HEADINGS[tone];
  return {
    alertId,
    tone,
    heading,
    title,
    headline: title.startsWith(`${heading}: `) ? title : `${heading}: ${title}`,
    summary: plainText(message.summary, 700),
    facts: message.facts
      .slice(0, MAX_FACTS)
      .map(({ label, value }) => ({ label: plainText(label, 60), value: plainText(value, 200) }))
      .filter(({ label, value }) => label !== "" && value !== ""),
    link: linkTo(link, baseUrl),
    time: timeInWords(message.atMs, timeZone),
    silence: state === "recovered" || state === "test" ? null : `outlay alerts silence ${alertId}`,
  };
}

/** One line for a subject and for the list of notifications of a phone. */
export function subjectOf(messages: readonly ReadableMessage[]): string {
  const first = messages[0]!;
  return messages.length === 1 ? first.headline : `${messages.length} alerts. ${first.headline}`;
}

/** To a page of the dashboard, or to its first; without characters that end an address inside Markdown or HTML. */
export function linkTo(path: string | null, baseUrl: string): string {
  const from = path === null || !path.startsWith("/") ? "/" : path;
  return baseUrl + from.replaceAll(/[()<>"'`\s\\]/g, (sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

const MAX_FACTS = 8;

const HEADINGS: Record<Tone, string> = {
  info: "For your information",
  warning: "Warning",
  critical: "Critical",
  emergency: "Emergency",
  recovered: "Over",
  test: "Test",
};

const ESCALATED: Record<Severity, string> = {
  info: "Changed",
  warning: "Now a warning",
  critical: "Now critical",
  emergency: "Now an emergency",
};

/** Signs that stand apart by shape and colour, for chats. */
export const SIGNS: Record<Tone, string> = {
  info: "\u{2139}\u{fe0f}",
  warning: "\u{26a0}\u{fe0f}",
  critical: "\u{1f536}",
  emergency: "\u{1f6a8}",
  recovered: "\u{2705}",
  test: "\u{1f9ea}",
};

function timeInWords(atMs: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  });
  return parts.format(atMs);
}
