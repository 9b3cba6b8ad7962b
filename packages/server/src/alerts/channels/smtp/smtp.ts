import { hostname } from "node:os";
import { z } from "zod";
import type { ChannelKind } from "../channel-kind.ts";
import { mailbox, mailboxes, renderEmail } from "../email/email.ts";
import { SendFailed } from "../send-failed.ts";

const settings = z
  .strictObject({
    host: z
      .string()
      .trim()
      .regex(/^[a-z0-9]([a-z0-9.:_-]*[a-z0-9.])?$/i, "expected the name or address of a mail server")
      .max(253),
    port: z.number().int().min(1).max(65_535).optional().meta({ description: "Default: 465 with tls, else 587" }),
    security: z.enum(["tls", "starttls", "none"]).default("starttls").meta({
      description:
        "tls: from the first byte; starttls: required before anything is said; none: only inside a trusted network",
    }),
    user: z.string().min(1).max(320).optional(),
    password: z.string().min(1).max(1_024).optional().meta({ description: "Encrypted, never shown again" }),
    from: mailbox,
    to: mailboxes,
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    path: ["password"],
    error: "expected together with user",
  });
type SmtpSettings = z.output<typeof settings>;

const CONNECT_TIMEOUT_MS = 10_000;
const SILENCE_TIMEOUT_MS = 20_000;

/**
 * E-mail through any mail server. The server may stand on an internal address, as relays do: it is spoken to in SMTP only, after
 * its own greeting.
 */
export const smtp: ChannelKind<SmtpSettings> = {
  settings,
  secrets: ["password"],
  groups: true,
  maxPerMinute: 5,
  async send(outgoing, { host, port, security, user, password, from, to }) {
    // large, and most servers never send an e-mail
    const { createTransport } = await import("nodemailer");
    const transport = createTransport({
      host,
      port: port ?? (security === "tls" ? 465 : 587),
      secure: security === "tls",
      requireTLS: security === "starttls",
      ignoreTLS: security === "none",
      name: hostname(),
      connectionTimeout: CONNECT_TIMEOUT_MS,
      greetingTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
      ...(user === undefined || password === undefined ? {} : { auth: { user, pass: password } }),
    });
    const { threadId, ...email } = renderEmail(outgoing);
    try {
      const sent = await transport.sendMail({
        ...email,
        from,
        to,
        ...(threadId === null ? {} : { inReplyTo: threadId, references: threadId }),
      });
      const refused = (sent.rejectedErrors ?? []).map(
        (error) => `${error.recipient ?? "a recipient"}: ${error.response ?? error.message}`,
      );
      return [sent.response, ...(refused.length === 0 ? [] : [`refused for ${refused.join("; ")}`])].join("; ");
    } catch (error) {
      throw failureOf(error as SmtpError, `${host}:${port ?? (security === "tls" ? 465 : 587)}`);
    } finally {
      transport.close();
    }
  },
};

interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
  response?: string;
}

/** SMTP says with 4xx "later" and with 5xx "never"; without an answer the network is in the way. */
function failureOf({ message, code, responseCode, response }: SmtpError, server: string): SendFailed {
  const isNever = code === "ETLS" || code === "EAUTH" || code === "EENVELOPE" || code === "EMESSAGE";
  return new SendFailed(`The mail server ${server}: ${message}`, {
    retryable: responseCode === undefined ? !isNever : responseCode < 500,
    answer: response ?? null,
  });
}
