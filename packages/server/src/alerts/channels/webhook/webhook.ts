import { z } from "zod";
import type { ChannelKind } from "../channel-kind.ts";
import { post } from "../post.ts";
import { requireSuccess } from "../require-success.ts";
import { webAddress } from "../web-address.ts";
import { isSigningSecret, makeSigningSecret, signatureHeaders } from "./signature.ts";
import { webhookBody } from "./webhook-body.ts";

const signingSecret = z.string().refine(isSigningSecret, "expected whsec_ and 24 to 64 bytes in base64");

const settings = z.strictObject({
  url: webAddress.meta({ description: "Encrypted, because its path often is a secret; never shown again" }),
  secret: signingSecret.optional().meta({ description: "To sign with; absent: one is made and shown once" }),
  previousSecret: signingSecret.optional().meta({ description: "Signs too, until `previousUntil`" }),
  previousUntil: z.iso.datetime().optional(),
});
type WebhookSettings = z.output<typeof settings>;

/** Any program: signed JSON by the rules of Standard Webhooks, which there are libraries for in every language. */
export const webhook: ChannelKind<WebhookSettings> = {
  settings,
  secrets: ["url", "secret", "previousSecret"],
  groups: false,
  maxPerMinute: 60,
  complete: (given) => ({ ...given, secret: given.secret ?? makeSigningSecret() }),
  async send(outgoing, { url, secret, previousSecret, previousUntil }, means) {
    const atMs = means.now();
    const body = webhookBody(outgoing.messages[0]!, outgoing);
    const isTurning = previousSecret !== undefined && previousUntil !== undefined && Date.parse(previousUntil) > atMs;
    const secrets = [secret, ...(isTurning ? [previousSecret] : [])].filter((it) => it !== undefined);
    const answer = await post(url, {
      ...means,
      headers: { "content-type": "application/json", ...signatureHeaders({ id: outgoing.id, atMs, body }, secrets) },
      body,
    });
    return requireSuccess(answer);
  },
};
