import { createHash } from "node:crypto";
import { z } from "zod";
import type { MailDocument } from "../../alert-message.ts";
import { readableMessage, subjectOf } from "../outgoing.ts";
import type { Outgoing } from "../outgoing.ts";
import { emailHtml } from "./email-html.ts";
import { emailText } from "./email-text.ts";

/** An e-mail, whoever carries it. */
export interface Email {
  subject: string;
  html: string;
  text: string;
  /** The same at every attempt, so that what arrives twice can be told from what is new. */
  messageId: string;
  /** Of one alert all e-mails name the same: mail programs show them in one thread. null: several alerts. */
  threadId: string | null;
  /** That no person wrote it and none should be answered automatically. */
  headers: Record<string, string>;
  attachments?: MailDocument["attachments"];
  /** Instead of those of the channel. */
  to?: string[];
}

/** What an outgoing message is as an e-mail. */
export function renderEmail(outgoing: Outgoing): Email {
  const document = outgoing.messages[0]?.mail;
  if (document !== undefined) {
    return { ...document, messageId: mailId(`message ${outgoing.id}`), threadId: null, headers: AUTOMATIC };
  }
  const messages = outgoing.messages.map((message) => readableMessage(message, outgoing));
  const subject = subjectOf(messages);
  const alertIds = new Set(messages.map(({ alertId }) => alertId));
  return {
    subject: `[Outlay] ${subject}`,
    html: emailHtml(messages, subject, outgoing),
    text: emailText(messages, outgoing),
    messageId: mailId(`message ${outgoing.id}`),
    threadId: alertIds.size === 1 ? mailId(`alert ${messages[0]!.alertId}`) : null,
    headers: AUTOMATIC,
  };
}

const AUTOMATIC = { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" };

/** An address alone or with a name before it: `Outlay <outlay@example.com>`. One line: nothing can be added behind it. */
export const mailbox = z
  .string()
  .trim()
  .max(320)
  .regex(
    /^(?:[^\p{Cc}\p{Cs}<>"@,;:\\]+ <[^\s\p{Cc}\p{Cs}<>"@,;:\\]+@[^\s\p{Cc}\p{Cs}<>"@,;:\\]+>|[^\s\p{Cc}\p{Cs}<>"@,;:\\]+@[^\s\p{Cc}\p{Cs}<>"@,;:\\]+)$/u,
    "expected an address such as ops@example.com or Outlay <outlay@example.com>",
  );

/** Everybody gets the same e-mail; nobody is hidden from the others. */
export const mailboxes = z.array(mailbox).min(1).max(50);

function mailId(of: string): string {
  return `<${createHash("sha256").update(of).digest("hex").slice(0, 32)}@outlay>`;
}
