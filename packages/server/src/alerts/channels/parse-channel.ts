import { InvalidInput, lineSchema } from "@outlay/core";
import { z } from "zod";
import { CHANNEL_KINDS, kindOf } from "./channel-kinds.ts";
import type { ChannelKindName } from "./channel-kinds.ts";

const name = lineSchema(80).meta({ description: "For people: where it leads. No two channels have the same" });
const enabled = z.boolean().meta({ description: "Off: nothing is sent there" });
const maxPerMinute = z
  .number()
  .int()
  .min(1)
  .max(600)
  .meta({ description: "More messages than that wait; where people read, they are put together into one" });

/** `POST /api/v1/channels`, for its documentation. */
export const newChannelSchema = z.discriminatedUnion("kind", [
  newChannel("smtp"),
  newChannel("resend"),
  newChannel("slack"),
  newChannel("discord"),
  newChannel("teams"),
  newChannel("webhook"),
]);

/** `PATCH /api/v1/channels/{id}`: what is not named stays; a setting that is null is taken away. */
export const channelChangesSchema = z.strictObject({
  name: name.optional(),
  enabled: enabled.optional(),
  maxPerMinute: maxPerMinute.optional(),
  settings: z.record(z.string(), z.unknown()).optional().meta({ description: "Those that change, secrets too" }),
});

/** A channel as its owner wants it, settings checked and completed. */
export interface WantedChannel {
  name: string;
  kind: ChannelKindName;
  enabled: boolean;
  maxPerMinute: number;
  settings: Record<string, unknown>;
}

/** InvalidInput `invalid_channel` or `unknown_field`, with the field. */
export function parseNewChannel(wanted: unknown): WantedChannel {
  const { kind } = parse(z.looseObject({ kind: z.enum(Object.keys(CHANNEL_KINDS) as ChannelKindName[]) }), wanted);
  const parsed = parse(newChannel(kind), wanted);
  const { complete, maxPerMinute: usual } = kindOf(kind);
  const settings = parsed.settings as Record<string, unknown>;
  return {
    name: parsed.name,
    kind,
    enabled: parsed.enabled ?? true,
    maxPerMinute: parsed.maxPerMinute ?? usual,
    settings: complete?.(settings) ?? settings,
  };
}

/** The channel with the changes. The same errors. */
export function parseChannelChanges(channel: WantedChannel, wanted: unknown): WantedChannel {
  const { settings: changed = {}, ...rest } = parse(channelChangesSchema, wanted);
  const merged = { ...channel.settings, ...changed };
  const left = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
  const { name: oldName, kind, enabled: wasEnabled, maxPerMinute: oldPace } = channel;
  return parseNewChannel({
    name: oldName,
    kind,
    enabled: wasEnabled,
    maxPerMinute: oldPace,
    ...rest,
    settings: left,
  });
}

function newChannel<Kind extends ChannelKindName>(kind: Kind) {
  return z.strictObject({
    name,
    kind: z.literal(kind),
    enabled: enabled.optional(),
    maxPerMinute: maxPerMinute.optional(),
    settings: kindOf(kind).settings,
  });
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  if (issue.code === "unrecognized_keys") {
    const field = [...issue.path, issue.keys[0]!].join(".");
    throw new InvalidInput("unknown_field", `${field} is not a known field`, { field });
  }
  const field = issue.path.join(".");
  const subject = field === "" ? "The channel" : field;
  throw new InvalidInput("invalid_channel", `${subject} is not valid: ${issue.message}`, field === "" ? {} : { field });
}
