import type { ChannelKind } from "./channel-kind.ts";
import { discord } from "./discord/discord.ts";
import { resend } from "./resend/resend.ts";
import { slack } from "./slack/slack.ts";
import { smtp } from "./smtp/smtp.ts";
import { teams } from "./teams/teams.ts";
import { webhook } from "./webhook/webhook.ts";

/** Every way to reach somebody, by the name that the API and the command line use. */
export const CHANNEL_KINDS = { smtp, resend, slack, discord, teams, webhook } as const;

export type ChannelKindName = keyof typeof CHANNEL_KINDS;

/** Whatever its settings are: they were checked by its own schema when they came in. */
export function kindOf(name: ChannelKindName): ChannelKind {
  return CHANNEL_KINDS[name] as unknown as ChannelKind;
}
