import type { Channel, ChannelKind } from "../../api/channels.ts";

export const KIND_LABELS: Readonly<Record<ChannelKind, string>> = {
  slack: "Slack",
  teams: "Microsoft Teams",
  discord: "Discord",
  smtp: "E-mail, through a mail server",
  resend: "E-mail, through Resend",
  webhook: "Webhook: a program of yours",
};

/** A setting of a kind of channel. */
export interface ChannelField {
  /** In `settings` of the API. */
  name: string;
  label: string;
  hint?: string;
  placeholder?: string;
  optional?: true;
  /** Encrypted and never shown: left empty, it stays as it is. */
  secret?: true;
  /** Absent: text. */
  kind?: "number" | "list" | "choice";
  options?: readonly { value: string; label: string }[];
}

const url = (hint: string, placeholder: string): ChannelField => ({
  name: "url",
  label: "Address",
  secret: true,
  hint,
  placeholder,
});
const FROM_AND_TO: readonly ChannelField[] = [
  { name: "from", label: "From", placeholder: "Outlay <outlay@example.com>" },
  { name: "to", label: "To", kind: "list", placeholder: "ops@example.com", hint: "One on each line." },
];

/** What each kind of channel asks for. */
export const KIND_FIELDS: Readonly<Record<ChannelKind, readonly ChannelField[]>> = {
  slack: [url("Of an incoming webhook of Slack.", "https://hooks.slack.com/services/…")],
  teams: [
    url("Of a workflow that begins with “When a Teams webhook request is received” and posts the card.", "https://…"),
  ],
  discord: [url("Of a webhook, from the channel's settings under Integrations.", "https://discord.com/api/webhooks/…")],
  smtp: [
    { name: "host", label: "Mail server", placeholder: "mail.example.com" },
    {
      name: "security",
      label: "Encryption",
      kind: "choice",
      options: [
        { value: "starttls", label: "STARTTLS" },
        { value: "tls", label: "TLS from the first byte" },
        { value: "none", label: "None: only inside a trusted network" },
      ],
    },
    { name: "port", label: "Port", kind: "number", optional: true, placeholder: "587, or 465 with TLS" },
    { name: "user", label: "User name", optional: true },
    { name: "password", label: "Password", optional: true, secret: true },
    ...FROM_AND_TO,
  ],
  resend: [{ name: "apiKey", label: "API key", secret: true, placeholder: "re_…" }, ...FROM_AND_TO],
  webhook: [
    url(
      "Takes signed JSON by POST, as Standard Webhooks says. The secret to check it with is shown once.",
      "https://…",
    ),
  ],
};

/** What is filled in, in the form that the API takes. `before` null: a new channel, whose empty fields are not said. */
export function readChannelForm(
  kind: ChannelKind,
  values: Readonly<Record<string, string>>,
  before: Channel | null,
): Record<string, unknown> {
  const settings = KIND_FIELDS[kind].flatMap((field): [string, unknown][] => {
    const text = (values[`settings.${field.name}`] ?? "").trim();
    if (text !== "") return [[field.name, valueOf(field, text)]];
    // A setting that was there and was emptied is taken away; a secret that is not said stays.
    return field.secret !== true && before?.settings[field.name] !== undefined ? [[field.name, null]] : [];
  });
  const pace = (values["maxPerMinute"] ?? "").trim();
  return {
    name: values["name"] ?? "",
    ...(before === null ? { kind } : {}),
    enabled: values["enabled"] === "on",
    ...(pace === "" ? {} : { maxPerMinute: numberIn(pace) }),
    settings: Object.fromEntries(settings),
  };
}

/** As it stands in the field. */
export function textOfSetting(field: ChannelField, channel: Channel | null): string {
  const value = channel?.settings[field.name];
  if (value === undefined || value === null || field.secret === true) return "";
  return Array.isArray(value) ? value.join("\n") : String(value);
}

function valueOf({ kind }: ChannelField, text: string): unknown {
  if (kind === "number") return numberIn(text);
  if (kind !== "list") return text;
  return text.split(/[\n,;]/).flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
}

/** What is no number goes to the server as it is, to be refused with its name. */
function numberIn(text: string): number | string {
  return Number.isFinite(Number(text)) ? Number(text) : text;
}
