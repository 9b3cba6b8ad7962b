import { z } from "zod";
import type { ChannelKind } from "../channel-kind.ts";
import { postJson } from "../post.ts";
import { webAddress } from "../web-address.ts";
import { discordMessage } from "./discord-message.ts";

const settings = z.strictObject({
  url: webAddress.meta({ description: "Of a webhook of a channel of Discord; encrypted, never shown again" }),
});

/** A channel of Discord. https://discord.com/developers/docs/resources/webhook#execute-webhook, checked 2026-11 */
export const discord: ChannelKind<z.output<typeof settings>> = {
  settings,
  secrets: ["url"],
  groups: true,
  maxPerMinute: 5,
  send: (outgoing, { url }, means) => postJson(url, discordMessage(outgoing), means),
};
