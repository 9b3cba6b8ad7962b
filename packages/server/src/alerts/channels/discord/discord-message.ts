import { SIGNS, readableMessage } from "../outgoing.ts";
import type { Outgoing, ReadableMessage, Tone } from "../outgoing.ts";

/** https://discord.com/developers/docs/resources/message#embed-object-embed-limits, checked 2026-11; 6,000 characters in all. */
const MAX_TITLE = 256;
const MAX_NAME = 256;
const MAX_VALUE = 1_024;
/** Below the 4,096 of Discord: with everything else it stays below the sum. */
const MAX_SUMMARY = 1_400;
const MAX_LIST = 3_600;

/** Bars beside the message. */
const COLOURS: Record<Tone, number> = {
  info: 0x3b66d9,
  warning: 0xd99a00,
  critical: 0xe0581a,
  emergency: 0xc62828,
  recovered: 0x2e8b57,
  test: 0x7a5af8,
};

/** The body for a webhook. Nobody is mentioned whatever a text says, and Markdown in foreign text stays as it is written. */
export function discordMessage(outgoing: Outgoing): object {
  const messages = outgoing.messages.map((message) => readableMessage(message, outgoing));
  const embed =
    messages.length === 1
      ? oneMessage(messages[0]!, outgoing.messages[0]!.atMs)
      : severalMessages(messages, outgoing.baseUrl);
  return { username: "Outlay", allowed_mentions: { parse: [] }, embeds: [embed] };
}

function oneMessage({ tone, headline, summary, facts, link, silence }: ReadableMessage, atMs: number): object {
  const hint = silence === null ? "" : ` · to silence it: \`${silence.replaceAll("`", "")}\``;
  return {
    title: escapeWithin(`${SIGNS[tone]} ${headline}`, MAX_TITLE),
    color: COLOURS[tone],
    description: `${escapeWithin(summary, MAX_SUMMARY)}\n\n[Open in Outlay](${link})${hint}`,
    fields: facts.map(({ label, value }) => ({
      name: escapeWithin(label, MAX_NAME),
      value: escapeWithin(value, MAX_VALUE),
      inline: value.length <= 40,
    })),
    timestamp: new Date(atMs).toISOString(),
  };
}

function severalMessages(messages: ReadableMessage[], baseUrl: string): object {
  const lines: string[] = [];
  let length = 0;
  for (const { tone, headline, summary } of messages) {
    const line = `${SIGNS[tone]} **${escapeWithin(headline, 300)}**\n${escapeWithin(summary, 300)}`;
    length += line.length + 2;
    if (length > MAX_LIST) break;
    lines.push(line);
  }
  const more = messages.length - lines.length;
  const end = `${more > 0 ? `and ${more} more. ` : ""}[Open Outlay](${baseUrl}/)`;
  return {
    title: `${messages.length} alerts`,
    color: COLOURS[messages[0]!.tone],
    description: [...lines, end].join("\n\n"),
  };
}

/** Escaped and short enough; Discord refuses empty texts. */
function escapeWithin(text: string, maxCharacters: number): string {
  let kept = text;
  let escaped = escapeMarkdown(kept);
  while (escaped.length > maxCharacters) {
    kept = [...kept].slice(0, -Math.ceil((escaped.length - maxCharacters) / 2) - 1).join("");
    escaped = `${escapeMarkdown(kept)}…`;
  }
  return escaped === "" ? "-" : escaped;
}

/**
 * A backslash before every ASCII sign that Markdown, mentions, custom emoji or addresses are made with: Discord takes it away and
 * shows the sign.
 */
function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\*_~`|>#\-[\]()<@:]/g, String.raw`\$&`);
}
