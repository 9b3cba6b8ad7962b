import { createTransport } from "nodemailer";
import type { Email } from "../email/email.ts";

export interface MailServer {
  host: string;
  /** Default: 465 with `tls`, else 587. */
  port?: number | undefined;
  security: "tls" | "starttls" | "none";
  user?: string | undefined;
  password?: string | undefined;
}

/** A value and no error: this file is built on its own, so it has no class in common with the program. */
export type Carried =
  | { delivered: true; answer: string }
  | { delivered: false; failure: string; retryable: boolean; answer: string | null };

const CONNECT_TIMEOUT_MS = 10_000;
const SILENCE_TIMEOUT_MS = 20_000;

/** Hands one e-mail to a mail server. Taken for some of the recipients is delivered; the answer says for whom it was not. */
export async function carryMail(server: MailServer, mail: Email & { from: string; to: string[] }): Promise<Carried> {
  const { host, security, user, password } = server;
  const port = server.port ?? (security === "tls" ? 465 : 587);
  const transport = createTransport({
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(user === undefined || password === undefined ? {} : { auth: { user, pass: password } }),
  });
  const { threadId, attachments = [], ...content } = mail;
  const files = attachments.map(({ filename, contentType, base64 }) => {
    return { filename, contentType, content: Buffer.from(base64, "base64") };
  });
  const thread = threadId === null ? {} : { inReplyTo: threadId, references: threadId };
  try {
    const { response, rejectedErrors = [] } = await transport.sendMail({ ...content, ...thread, attachments: files });
    const refused = rejectedErrors.map(({ recipient, response: why, message }) => `${recipient}: ${why ?? message}`);
    return { delivered: true, answer: [response, ...refused.map((one) => `not for ${one}`)].join("; ") };
  } catch (error) {
    return failureOf(error as SmtpError, `${host}:${port}`);
  } finally {
    transport.close();
  }
}

interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
  response?: string;
}

/** Of nodemailer, for what another attempt does not mend. */
const NEVER = new Set(["ETLS", "EAUTH", "EENVELOPE", "EMESSAGE"]);

/** SMTP says with 4xx "later" and with 5xx "never"; without an answer the network is in the way. */
function failureOf({ message, code = "", responseCode, response }: SmtpError, server: string): Carried {
  return {
    delivered: false,
    failure: `The mail server ${server}: ${message}`,
    retryable: responseCode === undefined ? !NEVER.has(code) : responseCode < 500,
    answer: response ?? null,
  };
}
