import { z } from "zod";
import type { ChannelKind } from "../channel-kind.ts";
import { mailbox, mailboxes, renderEmail } from "../email/email.ts";
import { post } from "../post.ts";
import { requireSuccess } from "../require-success.ts";
import { webAddress } from "../web-address.ts";

const settings = z.strictObject({
  apiKey: z
    .string()
    .regex(/^[\x21-\x7e]{8,512}$/, "expected a key without spaces")
    .meta({ description: "Encrypted, never shown again" }),
  from: mailbox.meta({ description: "Of a domain that Resend knows as yours" }),
  to: mailboxes,
  baseUrl: webAddress.default("https://api.resend.com"),
});

/** E-mail through Resend. https://resend.com/docs/api-reference/emails/send-email, checked 2026-11 */
export const resend: ChannelKind<z.output<typeof settings>> = {
  settings,
  secrets: ["apiKey"],
  groups: true,
  maxPerMinute: 5,
  async send(outgoing, { apiKey, from, to, baseUrl }, means) {
    const { subject, html, text, messageId, threadId, headers, attachments = [], to: others } = renderEmail(outgoing);
    const thread = threadId === null ? {} : { "In-Reply-To": threadId, References: threadId };
    const files = attachments.map(({ filename, base64 }) => ({ filename, content: base64 }));
    const body = {
      from,
      to: others ?? to,
      subject,
      html,
      text,
      headers: { ...headers, ...thread },
      ...(files.length === 0 ? {} : { attachments: files }),
    };
    const answer = await post(`${baseUrl.replace(/\/+$/, "")}/emails`, {
      ...means,
      headers: {
        authorization: `Bearer ${apiKey}`,
        "content-type": "application/json",
        "idempotency-key": messageId.slice(1, -1),
      },
      body: JSON.stringify(body),
    });
    return requireSuccess(answer);
  },
};
