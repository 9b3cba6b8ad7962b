import { z } from "zod";
import type { ChannelKind } from "../channel-kind.ts";
import { postJson } from "../post.ts";
import { webAddress } from "../web-address.ts";
import { slackMessage } from "./slack-message.ts";

const settings = z.strictObject({
  url: webAddress.meta({ description: "Of an incoming webhook of Slack; encrypted, never shown again" }),
});

/** A channel of Slack. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, checked 2026-11 */
export const slack: ChannelKind<z.output<typeof settings>> = {
  settings,
  secrets: ["url"],
  groups: true,
  maxPerMinute: 5,
  send: (outgoing, { url }, means) => postJson(url, slackMessage(outgoing), means),
};
