import { SIGNS, readableMessage, subjectOf } from "../outgoing.ts";
import type { Outgoing, ReadableMessage } from "../outgoing.ts";
import { plainText } from "../plain-text.ts";

/** Slack refuses longer headers. https://docs.slack.dev/reference/block-kit/blocks/header-block, checked 2026-11 */
const MAX_HEADER_CHARACTERS = 150;
/** Messages of a burst that are told one by one. */
const MAX_LISTED = 20;

/**
 * The body for an incoming webhook, in Block Kit. Foreign text stands only in `rich_text` and `plain_text`, which know neither
 * mrkdwn nor mentions nor links that nobody made; in `text`, which phones show in their list, it is escaped.
 */
export function slackMessage(outgoing: Outgoing): object {
  const messages = outgoing.messages.map((message) => readableMessage(message, outgoing));
  const first = messages[0]!;
  const header = messages.length === 1 ? first.headline : `${messages.length} alerts`;
  return {
    text: escape(messages.length === 1 ? `${first.headline}\n${first.summary}` : subjectOf(messages)),
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      {
        type: "header",
        text: {
          type: "plain_text",
          emoji: false,
          text: plainText(`${SIGNS[first.tone]} ${header}`, MAX_HEADER_CHARACTERS),
        },
      },
      ...(messages.length === 1 ? oneMessage(first) : severalMessages(messages, outgoing.baseUrl)),
    ],
  };
}

function oneMessage({ summary, facts, link, time, silence }: ReadableMessage): object[] {
  const lines = facts.map(({ label, value }, index) =>
    section([text(`${label}: `, { bold: true }), text(index === facts.length - 1 ? value : `${value}\n`)]),
  );
  return [
    richText([section([text(summary)])]),
    ...(lines.length === 0 ? [] : [richText(lines)]),
    richText([
      section([
        { type: "link", url: link, text: "Open in Outlay" },
        text(` · ${time}`),
        ...(silence === null ? [] : [text(" · to silence it: "), text(silence, { code: true })]),
      ]),
    ]),
  ];
}

function severalMessages(messages: ReadableMessage[], baseUrl: string): object[] {
  const items = messages
    .slice(0, MAX_LISTED)
    .map((message) =>
      section([
        text(`${SIGNS[message.tone]} `),
        { type: "link", url: message.link, text: message.headline, style: { bold: true } },
        text(`\n${message.summary}`),
      ]),
    );
  const more = messages.length - items.length;
  return [
    richText([{ type: "rich_text_list", style: "bullet", elements: items }]),
    richText([
      section([
        ...(more > 0 ? [text(`and ${more} more. `)] : []),
        { type: "link", url: `${baseUrl}/`, text: "Open Outlay" },
      ]),
    ]),
  ];
}

function richText(elements: object[]): object {
  return { type: "rich_text", elements };
}

function section(elements: object[]): object {
  return { type: "rich_text_section", elements };
}

function text(content: string, style?: object): object {
  return { type: "text", text: nonEmpty(content), ...(style === undefined ? {} : { style }) };
}

/** Slack refuses empty texts. */
function nonEmpty(content: string): string {
  return content === "" ? " " : content;
}

/** The three characters that begin everything special. https://docs.slack.dev/messaging/formatting-message-text, checked 2026-11 */
function escape(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
