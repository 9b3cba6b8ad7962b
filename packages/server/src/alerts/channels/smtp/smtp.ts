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

/**
 * E-mail through any mail server. The server may stand on an internal address, as relays do: it is spoken to in SMTP only, after
 * its own greeting.
 */
export const smtp: ChannelKind<SmtpSettings> = {
  settings,
  secrets: ["password"],
  groups: true,
  maxPerMinute: 5,
  async send(outgoing, { from, to, ...server }) {
    const { carryMail } = await loadCarrier();
    const carried = await carryMail(server, { to, ...renderEmail(outgoing), from });
    if (!carried.delivered) throw new SendFailed(carried.failure, carried);
    return carried.answer;
  },
};

/**
 * The carrier is a file of its own beside the built program: it is large, and most servers never send an e-mail. As an address
 * that is made here, because the build would otherwise put it into the program.
 */
async function loadCarrier(): Promise<typeof import("./carry-mail.ts")> {
  const file = import.meta.url.endsWith(".ts") ? "./carry-mail.ts" : "./carry-mail.js";
  return (await import(new URL(file, import.meta.url).href)) as typeof import("./carry-mail.ts");
}
