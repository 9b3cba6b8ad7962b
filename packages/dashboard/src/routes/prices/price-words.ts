import { METERS } from "@outlay/core";
import type { Adjustment, Condition, Meter, PriceVersion, Rates } from "@outlay/core";
import { exactCount } from "@outlay/react";

/** `per million tokens`, `each`, `per thousand pages`, `per hour`: what a meter's rate is for. */
export function perQuantity(meter: Meter): string {
  const { per, unit } = METERS[meter];
  if (meter === "audioSeconds") return "per hour of audio";
  if (per === 1) return "each";
  return `per ${per === 1_000_000 ? "million" : "thousand"} ${unit}`;
}

/** `$3`, `$0.075`; absent rates are "—", and a rate of zero is free, not unknown. */
export function rateText(rate: string | undefined): string {
  if (rate === undefined) return "—";
  return Number(rate) === 0 ? "free" : `$${rate}`;
}

/** What an adjustment changes, and when: `Above 200,000 input tokens: input $6, output $22.5`. */
export function adjustmentInWords({ when, rates, multiply, meters, applies }: Adjustment): string {
  const conditions = conditionsInWords(when);
  const changes = [
    ...(rates === undefined ? [] : [ratesInWords(rates)]),
    ...(multiply === undefined
      ? []
      : [`${multiply} times the price${meters === undefined ? "" : ` of ${metersInWords(meters)}`}`]),
  ];
  const part = applies === "part" ? ", only for the tokens above" : "";
  return `${conditions === "" ? "Always" : conditions}: ${changes.join(", ")}${part}`;
}

function conditionsInWords(when: Condition): string {
  const { inputTokensAbove, inputTokensFrom, serviceTier, geo, window, imageSize, imageQuality, searchContext } = when;
  const parts = [
    inputTokensAbove === undefined ? "" : `above ${exactCount(inputTokensAbove)} input tokens`,
    inputTokensFrom === undefined ? "" : `from ${exactCount(inputTokensFrom)} input tokens`,
    listed("service tier", serviceTier),
    listed("region", geo),
    window === undefined ? "" : windowInWords(window),
    listed("image size", imageSize),
    listed("image quality", imageQuality),
    listed("search context", searchContext),
  ].filter(Boolean);
  const text = parts.join(", ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function windowInWords({ days, from = "00:00", to = "24:00" }: NonNullable<Condition["window"]>): string {
  const on = days === undefined ? "" : ` on ${days.map((day) => DAYS[day - 1]).join(", ")}`;
  return `${from} to ${to} UTC${on}`;
}

function listed(name: string, values: readonly string[] | undefined): string {
  return values === undefined ? "" : `${name} ${values.join(" or ")}`;
}

function ratesInWords(rates: Rates): string {
  return meterRates(rates)
    .map(([meter, rate]) => `${METERS[meter].label.toLowerCase()} ${rateText(rate)}`)
    .join(", ");
}

const metersInWords = (meters: readonly Meter[]) => meters.map((meter) => METERS[meter].label.toLowerCase()).join(", ");

/** The rates in the order in which meters are listed. */
export function meterRates(rates: Rates): [Meter, string][] {
  return (Object.keys(METERS) as Meter[]).flatMap((meter) => {
    const rate = rates[meter];
    return rate === undefined ? [] : [[meter, rate] as [Meter, string]];
  });
}

/** Who says so. */
export const LAYERS: Record<PriceVersion["layer"], { label: string; title: string }> = {
  override: { label: "yours", title: "Set here; goes before every list" },
  catalogue: { label: "Outlay", title: "From Outlay's own dated catalogue" },
  refreshed: { label: "refreshed", title: "From the public price list, fetched since" },
  bundled: { label: "bundled", title: "From the public price list that came with Outlay" },
};

const DAYS = ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"];
