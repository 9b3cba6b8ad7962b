import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import type { AlertMessage } from "../../packages/server/src/alerts/alert-message.ts";
import { discordMessage } from "../../packages/server/src/alerts/channels/discord/discord-message.ts";
import { renderEmail } from "../../packages/server/src/alerts/channels/email/email.ts";
import type { Outgoing } from "../../packages/server/src/alerts/channels/outgoing.ts";
import { slackMessage } from "../../packages/server/src/alerts/channels/slack/slack-message.ts";
import { teamsMessage } from "../../packages/server/src/alerts/channels/teams/teams-message.ts";
import { barriers, launchChromium, LOOKS, overflowPx } from "../browser/chromium.ts";
import { HOSTILE_MESSAGE, SAMPLE_MESSAGES } from "./sample-messages.ts";

const burst = [HOSTILE_MESSAGE, ...Object.values(SAMPLE_MESSAGES)];

function outgoing(...messages: AlertMessage[]): Outgoing {
  return {
    id: "one",
    messages,
    baseUrl: "https://costs.example.com",
    timeZone: "Europe/Berlin",
    channelName: "<b>ops</b> mail",
  };
}

const ALL: [name: string, outgoing: Outgoing][] = [
  ...Object.entries(SAMPLE_MESSAGES).map(([name, message]): [string, Outgoing] => [name, outgoing(message)]),
  ["hostile", outgoing(HOSTILE_MESSAGE)],
  ["burst", outgoing(...burst)],
  ["burst of fifty", outgoing(...Array.from({ length: 50 }, () => HOSTILE_MESSAGE))],
];

/** Every text in a body, with the path that leads to it. */
function texts(value: unknown, path = ""): [path: string, text: string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => texts(inner, `${path}.${key}`));
}

describe("e-mails in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  it.each(Object.entries(LOOKS))(
    "fit, fetch nothing, run nothing and can be read by everybody: %s",
    async (_, look) => {
      const context = await browser.newContext(look);
      const page = await context.newPage();
      const asked: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      page.on("dialog", (dialog) => asked.push(`dialog ${dialog.message()}`));
      for (const name of ["budget-warning", "hostile", "burst"]) {
        const { html } = renderEmail(ALL.find(([known]) => known === name)![1]);
        await page.setContent(html);
        expect([name, await overflowPx(page), asked, await barriers(page)]).toEqual([name, 0, [], []]);
        const links = await page.locator("a").evaluateAll((all) => all.map((a) => a.getAttribute("href")!));
        expect(links.filter((link) => !link.startsWith("https://costs.example.com/"))).toEqual([]);
        expect(await page.locator("img, script, iframe, object, form, link").count()).toBe(0);
      }
      await context.close();
    },
  );

  it("are dark where their reader wants it dark", async () => {
    const page = await browser.newPage({ colorScheme: "dark" });
    await page.setContent(renderEmail(outgoing(SAMPLE_MESSAGES["spike"]!)).html);
    const colour = await page.evaluate("getComputedStyle(document.querySelector('h1')).color");
    expect(colour).toBe("rgb(236, 238, 241)");
    await page.close();
  });
});

test.each(ALL)("the e-mail of %s says all there is to say, twice", (_, out) => {
  const { subject, html, text, messageId, threadId } = renderEmail(out);
  const [first] = out.messages;
  expect(subject).toMatch(/^\[Outlay\] [^\r\n]{1,200}$/u);
  expect(messageId).toMatch(/^<[0-9a-f]{32}@outlay>$/);
  expect(threadId === null).toBe(new Set(out.messages.map(({ alertId }) => alertId)).size > 1);
  for (const body of [html, text]) {
    expect(body).toContain("https://costs.example.com");
    if (first !== HOSTILE_MESSAGE) {
      expect(body).toContain(first!.title);
      for (const { value } of first!.facts) expect(body).toContain(value);
    }
  }
  // large ones are cut off by Gmail
  expect(Buffer.byteLength(html)).toBeLessThan(102_000);
});

test("one alert's e-mails stand in one thread, from fired to recovered", () => {
  const fired = { ...SAMPLE_MESSAGES["budget-warning"]!, alertId: "a" };
  const thread = renderEmail(outgoing(fired)).threadId;
  const later = renderEmail({ ...outgoing({ ...fired, id: "other", state: "recovered" }), id: "two" });
  expect(later.threadId).toBe(thread);
  expect(later.messageId).not.toBe(renderEmail(outgoing(fired)).messageId);
});

test.each(ALL)("Slack's message of %s keeps to its rules, and foreign text is only text", (_, out) => {
  const body = slackMessage(out) as {
    text: string;
    mrkdwn: boolean;
    blocks: { type: string; text?: { text: string } }[];
  };
  expect(body.text).not.toMatch(/<|>/);
  expect(body.mrkdwn).toBe(false);
  expect(body.blocks.length).toBeLessThanOrEqual(50);
  expect(body.blocks[0]!.text!.text.length).toBeLessThanOrEqual(150);
  expect(body.blocks.map(({ type }) => type)).toEqual(["header", ...body.blocks.slice(1).map(() => "rich_text")]);
  for (const [path, text] of texts(body.blocks)) {
    expect([path, text.length > 0 && text.length <= 3_000]).toEqual([path, true]);
    // neither a mention nor a link but our own, which are elements of their own
    if (path.endsWith(".type")) {
      expect(["header", "plain_text", "rich_text", "rich_text_section", "rich_text_list", "text", "link"]).toContain(
        text,
      );
    }
    if (path.endsWith(".url")) expect(text).toMatch(/^https:\/\/costs\.example\.com\/[^<>"\s]*$/);
  }
});

/** As Discord does it: a backslash before a sign takes the sign's meaning away. */
function withoutEscaped(text: string): string {
  return text.replaceAll(/\\[^0-9A-Za-z\s]/g, "");
}

test.each(ALL)("Discord's message of %s keeps to its rules, and foreign text is only text", (_, out) => {
  const body = discordMessage(out) as { allowed_mentions: object; embeds: Record<string, never>[] };
  expect(body.allowed_mentions).toEqual({ parse: [] });
  const [embed] = body.embeds;
  const {
    title,
    description,
    fields = [],
  } = embed as unknown as {
    title: string;
    description: string;
    fields?: { name: string; value: string }[];
  };
  expect(title.length).toBeLessThanOrEqual(256);
  expect(description.length).toBeLessThanOrEqual(4_096);
  let sum = title.length + description.length;
  for (const { name, value } of fields) {
    expect(name.length > 0 && name.length <= 256 && value.length > 0 && value.length <= 1_024).toBe(true);
    sum += name.length + value.length;
  }
  expect(sum).toBeLessThanOrEqual(6_000);
  const foreign = [title, ...fields.flatMap(({ name, value }) => [name, value])].map(withoutEscaped).join("\n");
  expect(foreign).not.toMatch(/[<@*_~`|\\[\]]|:\/\//);
  const links = [...withoutEscaped(description).matchAll(/\]\((.*?)\)/g)].map((match) => match[1]!);
  expect(links.length).toBe(1);
  expect(links[0]).toMatch(/^https:\/\/costs\.example\.com\/[^\s()]*$/);
  expect(withoutEscaped(description)).not.toMatch(/@|<|https:\/\/evil/);
});

test.each(ALL)("Teams' card of %s keeps to its rules, and foreign text stands in text runs", (_, out) => {
  const body = teamsMessage(out);
  expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(28_000);
  const types = texts(body).filter(([path]) => path.endsWith(".type"));
  expect(types.map(([, type]) => type)).not.toContain("TextBlock");
  const urls = texts(body).filter(([path]) => path.endsWith(".url"));
  for (const [, url] of urls) expect(url).toMatch(/^https:\/\/costs\.example\.com\/[^<>"\s]*$/);
  expect(urls.length).toBe(1);
});
