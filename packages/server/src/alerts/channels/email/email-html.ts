import type { Outgoing, ReadableMessage, Tone } from "../outgoing.ts";
import { withoutAddresses } from "./without-addresses.ts";

/** Messages of a burst that are told with their numbers; the others stand in a list. */
const MAX_FULL = 5;

/**
 * One e-mail as a page: a column as wide as a phone, system fonts, no pictures and nothing to fetch, dark where its reader wants
 * it dark. Light colours stand in each element, because not every mail program reads style sheets.
 */
export function emailHtml(messages: readonly ReadableMessage[], subject: string, outgoing: Outgoing): string {
  const isOne = messages.length === 1;
  const cards = messages.slice(0, MAX_FULL).map((message) => card(message, isOne));
  const others = messages.slice(MAX_FULL);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">
<title>${foreign(subject)}</title>
<style>${styleSheet()}</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f6f7f9;-webkit-text-size-adjust:100%">
<div style="display:none;max-height:0;overflow:hidden">${foreign(messages[0]!.summary)}</div>
<div role="main">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f6f7f9">
<tr><td align="center" style="padding:24px 12px 32px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px;table-layout:fixed;font-family:${FONT}">
<tr><td class="ink" style="padding:0 4px 16px;font-size:15px;font-weight:700;color:#14171f">Outlay</td></tr>
${isOne ? "" : several(messages.length)}${cards.join("\n")}
${others.length === 0 ? "" : otherList(others)}<tr><td class="muted" style="padding:8px 4px 0;font-size:13px;line-height:1.5;color:#565e6c;overflow-wrap:anywhere">
You get this because your address is on the alert channel “${foreign(outgoing.channelName)}” of the Outlay at
<a class="muted" href="${attribute(outgoing.baseUrl)}/" style="color:#565e6c">${escape(outgoing.baseUrl)}</a>.
</td></tr>
</table>
</td></tr>
</table>
</div>
</body>
</html>
`;
}

const FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";
const MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,monospace";

/** Text and surface of the badge, and of the bar above the card; of each the light and the dark one. 4.5:1 at least. */
const COLOURS: Record<Tone, { text: [string, string]; back: [string, string]; bar: [string, string] }> = {
  info: { text: ["#2a52be", "#a9bfff"], back: ["#e8eefc", "#1a2647"], bar: ["#2a52be", "#8fadff"] },
  warning: { text: ["#7a5200", "#ecc468"], back: ["#fdf2d6", "#362a0c"], bar: ["#d99a00", "#ecc468"] },
  critical: { text: ["#9a3412", "#ffb28a"], back: ["#feeadd", "#43200f"], bar: ["#e0581a", "#ff9257"] },
  emergency: { text: ["#a82424", "#ff9d94"], back: ["#fdeaea", "#401a19"], bar: ["#c62828", "#ff7b70"] },
  recovered: { text: ["#1d6b3a", "#7fd6a0"], back: ["#e4f4ea", "#14301f"], bar: ["#2e8b57", "#7fd6a0"] },
  test: { text: ["#5b34c9", "#c6b5ff"], back: ["#efeafd", "#2a2147"], bar: ["#7a5af8", "#a893ff"] },
};

function styleSheet(): string {
  const dark = Object.entries(COLOURS)
    .map(
      ([tone, { text, back, bar }]) =>
        `.badge-${tone}{color:${text[1]}!important;background:${back[1]}!important}.bar-${tone}{border-top-color:${bar[1]}!important}`,
    )
    .join("\n");
  return `
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (max-width:480px){
.button{display:block!important;text-align:center!important}
.inside{padding:20px 18px!important}
}
@media (prefers-color-scheme:dark){
.page{background:#0e1013!important}
.card{background:#16191d!important;border-color:#292e35!important}
.ink{color:#eceef1!important}
.muted{color:#a0a8b4!important}
.rule{border-color:#292e35!important}
.code{background:#20242a!important;color:#eceef1!important}
.button{background:#e6e9ee!important;color:#14171f!important}
${dark}
}
`;
}

function several(count: number): string {
  return `<tr><td class="ink" style="padding:0 4px 16px;font-size:20px;line-height:1.3;font-weight:700;color:#14171f">${count} alerts at once</td></tr>\n`;
}

function otherList(messages: readonly ReadableMessage[]): string {
  const rows = messages.map(
    ({ tone, heading, title, summary, link }, index) =>
      `<tr><td class="rule" style="padding:14px 0;${index === 0 ? "" : "border-top:1px solid #e3e6eb"}">
${badge(tone, heading)}
<a class="ink" href="${attribute(link)}" style="display:block;padding:6px 0 2px;font-size:16px;line-height:1.35;font-weight:600;color:#14171f">${foreign(title)}</a>
<span class="muted" style="font-size:14px;line-height:1.45;color:#565e6c">${foreign(summary)}</span>
</td></tr>`,
  );
  return `<tr><td style="padding:0 0 16px">
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0" style="table-layout:fixed;background:#ffffff;border:1px solid #e3e6eb;border-radius:10px;border-collapse:separate">
<tr><td class="inside" style="padding:8px 24px;overflow-wrap:anywhere;word-break:break-word">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="table-layout:fixed">
${rows.join("\n")}
</table>
</td></tr>
</table>
</td></tr>
`;
}

function badge(tone: Tone, heading: string): string {
  const { text, back } = COLOURS[tone];
  return `<span class="badge-${tone}" style="display:inline-block;padding:3px 10px;border-radius:99px;font-size:13px;line-height:1.4;font-weight:600;color:${text[0]};background:${back[0]}">${escape(heading)}</span>`;
}

function card(message: ReadableMessage, isOne: boolean): string {
  const { tone, heading, title, summary, facts, link, time, silence } = message;
  const { bar } = COLOURS[tone];
  return `<tr><td style="padding:0 0 16px">
<table role="presentation" class="card bar-${tone}" width="100%" cellpadding="0" cellspacing="0" border="0" style="table-layout:fixed;background:#ffffff;border:1px solid #e3e6eb;border-top:4px solid ${bar[0]};border-radius:10px;border-collapse:separate">
<tr><td class="inside" style="padding:24px;overflow-wrap:anywhere;word-break:break-word">
${badge(tone, heading)}
<h1 class="ink" style="margin:12px 0 0;font-size:20px;line-height:1.3;font-weight:700;color:#14171f">${foreign(title)}</h1>
<p class="ink" style="margin:8px 0 0;font-size:16px;line-height:1.5;color:#14171f">${foreign(summary)}</p>
${facts.length > 0 ? factTable(facts) : ""}
<p style="margin:20px 0 0"><a class="button" href="${attribute(link)}" style="display:inline-block;padding:12px 22px;border-radius:8px;font-size:16px;line-height:20px;font-weight:600;text-decoration:none;color:#ffffff;background:#1b2130">Open in Outlay</a></p>
<p class="muted" style="margin:16px 0 0;font-size:13px;line-height:1.5;color:#565e6c">${escape(time)}</p>
${isOne && silence !== null ? silenceHint(silence) : ""}</td></tr>
</table>
</td></tr>`;
}

function factTable(facts: ReadableMessage["facts"]): string {
  const rows = facts.map(
    ({ label, value }) => `<tr>
<th class="muted rule" scope="row" align="left" valign="top" style="width:40%;padding:9px 12px 9px 0;border-top:1px solid #e3e6eb;font-size:14px;line-height:1.45;font-weight:400;text-align:left;color:#565e6c">${foreign(label)}</th>
<td class="ink rule" valign="top" style="padding:9px 0;border-top:1px solid #e3e6eb;font-size:15px;line-height:1.35;font-weight:600;color:#14171f">${foreign(value)}</td>
</tr>`,
  );
  return `<table class="rule" width="100%" cellpadding="0" cellspacing="0" border="0" style="table-layout:fixed;margin:18px 0 0;border-bottom:1px solid #e3e6eb;overflow-wrap:anywhere">
${rows.join("\n")}
</table>`;
}

function silenceHint(command: string): string {
  return `<p class="muted" style="margin:8px 0 0;font-size:13px;line-height:1.6;color:#565e6c">To hear no more of this for a while, silence it there, or run
<code class="code" style="display:block;margin:6px 0 0;padding:6px 10px;border-radius:4px;font-family:${MONO};font-size:12px;color:#14171f;background:#f1f3f6">${escape(command)}</code></p>
`;
}

/** Text that anybody may have written: shown as it is, in its own direction, and no link. */
function foreign(text: string): string {
  return `<bdi>${escape(withoutAddresses(text))}</bdi>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function attribute(text: string): string {
  return escape(text).replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}
