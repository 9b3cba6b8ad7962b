import { z } from "zod";
import type { ChannelKind } from "../channel-kind.ts";
import { postJson } from "../post.ts";
import { webAddress } from "../web-address.ts";
import { teamsMessage } from "./teams-message.ts";

const settings = z.strictObject({
  url: webAddress.meta({
    description: "Of a workflow of Teams that posts what comes to a webhook; encrypted, never shown again",
  }),
});

/** A channel of Teams, through a workflow that begins with “When a Teams webhook request is received”. */
export const teams: ChannelKind<z.output<typeof settings>> = {
  settings,
  secrets: ["url"],
  groups: true,
  maxPerMinute: 5,
  send: (outgoing, { url }, means) => postJson(url, teamsMessage(outgoing), means),
};
