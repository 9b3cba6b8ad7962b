import type { Limit, PeriodUnit, WireLimit } from "../api/limits.ts";

/** Which stretch of time an amount is for, as the form's list names it. */
export const PERIOD_CHOICES = [
  { value: "day", label: "Day" },
  { value: "week", label: "Week" },
  { value: "month", label: "Month" },
  { value: "quarter", label: "Quarter" },
  { value: "year", label: "Year" },
  { value: "day-rolling", label: "Last 24 hours" },
  { value: "week-rolling", label: "Last 7 days" },
  { value: "month-rolling", label: "Last 30 days" },
  { value: "quarter-rolling", label: "Last 91 days" },
  { value: "year-rolling", label: "Last 365 days" },
  { value: "session", label: "Each session" },
  { value: "total", label: "In all, for good" },
] as const;
export type PeriodChoice = (typeof PERIOD_CHOICES)[number]["value"];

export function periodChoice({ unit, rolling }: Pick<Limit["period"], "unit" | "rolling">): PeriodChoice {
  return (rolling ? `${unit}-rolling` : unit) as PeriodChoice;
}

/** Calendar periods have a zone in which they begin; only what they leave can be carried over. */
export function isCalendar(choice: PeriodChoice): boolean {
  return !choice.endsWith("-rolling") && choice !== "session" && choice !== "total";
}

/** What is filled in, in the form that the API takes. Fields that are empty become what they are without being said. */
export function readLimitForm(
  values: Readonly<Record<string, string>>,
  { kind, filters, isNew }: { kind: Limit["kind"]; filters: readonly string[]; isNew: boolean },
): WireLimit {
  const choice = (values["period"] ?? "month") as PeriodChoice;
  const [unit, rolling] = choice.split("-") as [PeriodUnit, string | undefined];
  const zone = values["period.timeZone"]?.trim() ?? "";
  const start = startOf(values);
  const thresholds = numbersIn(values["thresholdsPercent"] ?? "");
  return {
    name: values["name"] ?? "",
    ...(isNew ? { kind } : { enabled: values["enabled"] === "on" }),
    amountUsd: amountIn(values["amountUsd"]),
    period: { unit, rolling: rolling !== undefined, timeZone: zone === "" ? null : zone },
    each: unit === "session" || (values["each"] ?? "") === "" ? null : values["each"],
    filters: [...filters],
    carryOver: isCalendar(choice) && values["carryOver"] === "on",
    ...(start === undefined ? {} : { startsAt: start }),
    ...(thresholds.length === 0 && isNew ? {} : { thresholdsPercent: thresholds }),
    ...(kind === "limit" ? { enforcement: enforcementIn(values) } : {}),
  };
}

/** Undefined: as it was. */
function startOf(values: Readonly<Record<string, string>>): string | null | undefined {
  switch (values["start"]) {
    case "now":
      return "now";
    case "date": {
      const date = values["startsAt"] ?? "";
      return date === "" ? "" : localMidnight(date);
    }
    case "whole":
      return null;
    default:
      return undefined;
  }
}

/** Midnight in the zone of who looks, as an instant. A date that is none stays, for the server to say so. */
function localMidnight(date: string): string {
  const ms = new Date(`${date}T00:00:00`).getTime();
  return Number.isNaN(ms) ? date : new Date(ms).toISOString();
}

function enforcementIn(values: Readonly<Record<string, string>>): Record<string, unknown> {
  return {
    atLimit: values["atLimit"] === "warn" ? "warn" : "block",
    strict: values["strict"] === "on",
    throttle:
      values["throttle"] === "on"
        ? { fromPercent: numberIn(values["throttle.fromPercent"]), callsPerMinute: numberIn(values["callsPerMinute"]) }
        : null,
    swap:
      values["swap"] === "on"
        ? { fromPercent: numberIn(values["swap.fromPercent"]), models: modelsIn(values["swap.models"] ?? "") }
        : null,
    whenStreamRunsOut: values["whenStreamRunsOut"] === "finish" ? "finish" : "end",
    unpriced:
      values["unpriced"] === "standIn"
        ? { standInUsdPerMillionTokens: amountIn(values["standIn"]) }
        : values["unpriced"] === "block"
          ? "block"
          : "pass",
  };
}

/** `gpt-5 = gpt-5-mini`, one on each line. */
export function modelsIn(text: string): Record<string, string> {
  const lines = text.split("\n").map((line) => line.split(/\s*(?:=|→|->)\s*/).map((part) => part.trim()));
  return Object.fromEntries(lines.filter(([from]) => from !== "").map(([from, to]) => [from!, to ?? ""]));
}

/** Dollars as they were typed, every digit; the server says what is wrong with them. */
export function amountIn(text: string | undefined): string {
  return (text ?? "")
    .trim()
    .replace(/^\$/, "")
    .replaceAll(/,(?=\d{3}\b)/g, "");
}

/** `70, 90 100` → [70, 90, 100]. What is no number becomes NaN, which the server refuses by name. */
function numbersIn(text: string): number[] {
  return text
    .split(/[\s,;%]+/)
    .filter((part) => part !== "")
    .map(Number);
}

function numberIn(text: string | undefined): number {
  return Number((text ?? "").replace("%", "").trim() || Number.NaN);
}
