import type { Outgoing, ReadableMessage } from "../outgoing.ts";
import { withoutAddresses } from "./without-addresses.ts";

/** The same e-mail for programs and people that prefer text. */
export function emailText(messages: readonly ReadableMessage[], outgoing: Outgoing): string {
  const parts = messages.map(oneMessage);
  const head = messages.length === 1 ? [] : [`${messages.length} alerts at once`];
  const foot = `-- \nYou get this because your address is on the alert channel "${withoutAddresses(outgoing.channelName)}" of the Outlay at\n${outgoing.baseUrl}/`;
  return `${[...head, parts.join(`\n\n${"-".repeat(40)}\n\n`), foot].join("\n\n")}\n`;
}

/** Longer labels push only their own value aside. */
const MAX_LABEL_COLUMNS = 24;

function oneMessage({ headline, summary, facts, link, time, silence }: ReadableMessage): string {
  const width = Math.min(MAX_LABEL_COLUMNS, Math.max(0, ...facts.map(({ label }) => label.length)));
  const lines = facts.map(({ label, value }) => `  ${label.padEnd(width)}  ${withoutAddresses(value)}`);
  return [
    withoutAddresses(headline),
    time,
    "",
    withoutAddresses(summary),
    ...(lines.length === 0 ? [] : ["", ...lines]),
    "",
    `Open it: ${link}`,
    ...(silence === null ? [] : [`Silence it: there, or with  ${silence}`]),
  ].join("\n");
}
