import { SIGNS, readableMessage, subjectOf } from "../outgoing.ts";
import type { Outgoing, ReadableMessage, Tone } from "../outgoing.ts";

/** Messages of a burst that are told one by one: a card may have 28 kB. */
const MAX_LISTED = 20;

/** Of the theme that a reader has chosen. */
const STYLES: Record<Tone, string> = {
  info: "accent",
  warning: "warning",
  critical: "attention",
  emergency: "attention",
  recovered: "good",
  test: "accent",
};

/**
 * The body for the webhook of a Teams workflow: an Adaptive Card. All text stands in text runs, which know no Markdown.
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook, checked 2026-11
 */
export function teamsMessage(outgoing: Outgoing): object {
  const messages = outgoing.messages.map((message) => readableMessage(message, outgoing));
  const isOne = messages.length === 1;
  const first = messages[0]!;
  const card = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    fallbackText: subjectOf(messages),
    msteams: { width: "Full" },
    body: isOne ? oneMessage(first) : severalMessages(messages),
    actions: [
      {
        type: "Action.OpenUrl",
        title: isOne ? "Open in Outlay" : "Open Outlay",
        url: isOne ? first.link : `${outgoing.baseUrl}/`,
      },
    ],
  };
  return {
    type: "message",
    summary: subjectOf(messages),
    attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content: card }],
  };
}

function oneMessage(message: ReadableMessage): object[] {
  const { summary, facts, time, silence } = message;
  return [
    head(message),
    line([run(summary)]),
    ...facts.map(({ label, value }) => ({
      type: "ColumnSet",
      spacing: "Small",
      columns: [
        { type: "Column", width: 2, items: [line([run(label, { weight: "Bolder" })])] },
        { type: "Column", width: 3, items: [line([run(value)])] },
      ],
    })),
    line([run(time, SMALL)]),
    ...(silence === null
      ? []
      : [line([run("To silence it: ", SMALL), run(silence, { ...SMALL, fontType: "Monospace" })])]),
  ];
}

function severalMessages(messages: ReadableMessage[]): object[] {
  const listed = messages.slice(0, MAX_LISTED);
  const more = messages.length - listed.length;
  return [
    line([run(`${messages.length} alerts`, { size: "Large", weight: "Bolder" })]),
    ...listed.flatMap((message) => [head(message), line([run(message.summary)])]),
    ...(more > 0 ? [line([run(`and ${more} more`)])] : []),
  ];
}

function head({ tone, headline }: ReadableMessage): object {
  return {
    type: "Container",
    style: STYLES[tone],
    spacing: "Medium",
    items: [line([run(`${SIGNS[tone]} ${headline}`, LARGE)])],
  };
}

const SMALL = { size: "Small", isSubtle: true };
const LARGE = { size: "Medium", weight: "Bolder" };

function line(inlines: object[]): object {
  return { type: "RichTextBlock", inlines };
}

function run(text: string, look: object = {}): object {
  return { type: "TextRun", text: text.replaceAll(LONG_WORD, "$&\u200b"), ...look };
}

/** Teams breaks lines between words only, and lets a long one run out of the card. */
const LONG_WORD = /[^\s\u200b]{12}(?=[^\s\u200b]{6})/gu;
