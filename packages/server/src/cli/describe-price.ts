import { METERS, METER_NAMES, type Adjustment, type PriceMatch, type PriceVersion, type Rates } from "@outlay/core";
import type { Colors } from "./draw/colors.ts";

/** A price in lines: its time, its rates, what changes them, and where it is known from. */
export function describePrice(colors: Colors, price: PriceVersion): string[] {
  const rates = METER_NAMES.flatMap((meter) => {
    const usd = price.rates[meter];
    const { label, per, unit } = METERS[meter];
    const quantity = per === 1 ? unit.replace(/s$/, "") : `${per.toLocaleString("en-US")} ${unit}`;
    return usd === undefined ? [] : [`  ${label.padEnd(30)} ${usd} USD for ${per === 1 ? "one " : ""}${quantity}`];
  });
  const checked = price.checkedOn === undefined ? "" : `, checked on ${price.checkedOn}`;
  return [
    colors.bold(`${describeTime(price)}  [${price.layer}]`),
    ...rates,
    ...price.adjustments.map((it) => colors.dim(`  ${describeAdjustment(it)}`)),
    ...(price.note === undefined ? [] : [colors.dim(`  ${price.note}`)]),
    colors.dim(`  ${price.source ?? "no source"}${checked}`),
  ];
}

/** Which price was found, or why none was. */
export function describeMatch(match: PriceMatch): string {
  if (!match.found) return `No price: ${match.reason}`;
  const how = { exact: "", alias: " (another name of it)", approximate: " (approximately)" }[match.how];
  const note = match.note === undefined ? "" : `: ${match.note}`;
  return `Priced as ${match.version.provider}/${match.version.model}${how}${note}`;
}

/** `input 3, output 15` */
export function describeRates(rates: Rates): string {
  return Object.entries(rates)
    .map(([meter, usd]) => `${meter} ${usd}`)
    .join(", ");
}

/** `batch tier: × 0.5`, `prompt above 200,000 tokens: input 6, output 22.5` */
export function describeAdjustment({ when, rates, multiply, meters, applies }: Adjustment): string {
  const conditions = [
    when.serviceTier === undefined ? [] : `${listed(when.serviceTier, "or")} tier`,
    when.geo === undefined ? [] : `region ${listed(when.geo, "or")}`,
    when.inputTokensAbove === undefined ? [] : `prompt above ${when.inputTokensAbove.toLocaleString("en-US")} tokens`,
    when.inputTokensFrom === undefined ? [] : `prompt from ${when.inputTokensFrom.toLocaleString("en-US")} tokens`,
    when.imageSize === undefined ? [] : `image size ${listed(when.imageSize, "or")}`,
    when.imageQuality === undefined ? [] : `image quality ${listed(when.imageQuality, "or")}`,
    when.searchContext === undefined ? [] : `search context ${listed(when.searchContext, "or")}`,
    when.window === undefined ? [] : describeWindow(when.window),
  ].flat();
  const effects = [
    rates === undefined ? [] : describeRates(rates),
    multiply === undefined ? [] : `× ${multiply}${meters === undefined ? "" : ` for ${meters.join(", ")}`}`,
  ].flat();
  const part = applies === "part" ? ", only for what is above" : "";
  return `${conditions.length === 0 ? "always" : conditions.join(", ")}${part}: ${effects.join(", ")}`;
}

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

function describeWindow(window: NonNullable<Adjustment["when"]["window"]>): string {
  const days = window.days === undefined ? "" : `${window.days.map((day) => DAYS[day - 1]).join(" ")} `;
  const except = window.except === undefined ? "" : ` except on ${listed(window.except, "and")}`;
  return `${days}${window.from ?? "00:00"}–${window.to ?? "24:00"} UTC${except}`;
}

const MOST_LISTED = 6;

function listed(values: string[], word: "or" | "and"): string {
  const more = values.length - MOST_LISTED;
  const shown = more > 1 ? [...values.slice(0, MOST_LISTED), `${more} others`] : values;
  return [shown.slice(0, -1).join(", "), shown.at(-1)!].filter((it) => it !== "").join(` ${word} `);
}

function describeTime({ startMs, endMs }: PriceVersion): string {
  const from = startMs === null ? "since ever" : `from ${describeInstant(startMs)}`;
  return endMs === null ? from : `${from} until ${describeInstant(endMs)}`;
}

/** A date for its start in UTC. */
function describeInstant(ms: number): string {
  const iso = new Date(ms).toISOString();
  return iso.endsWith("T00:00:00.000Z") ? iso.slice(0, 10) : `${iso.slice(0, 16).replace("T", " ")} UTC`;
}
