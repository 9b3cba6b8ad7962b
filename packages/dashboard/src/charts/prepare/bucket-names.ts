import type { TimeUnit } from "@outlay/core";
import { addDays, addMonths } from "../../filters/dates.ts";
import { dateInWords } from "../../format/time.ts";

/** A bucket's label (see the API: `2026-11-22`, `2026-11-22T05:00:00+01:00`, `2026-11`) in words. */
export function bucketName(label: string, unit: TimeUnit): { short: string; long: string } {
  switch (unit) {
    case "hour": {
      const time = label.slice(11, 16);
      return { short: time, long: `${dateInWords(label, "long")}, ${time}` };
    }
    case "day":
      return { short: dateInWords(label, "short"), long: dateInWords(label, "long") };
    case "week":
      return { short: dateInWords(label, "short"), long: `Week of ${dateInWords(label, "long")}` };
    case "month":
      return { short: dateInWords(`${label}-01`, "shortMonth"), long: dateInWords(`${label}-01`, "month") };
    case "quarter":
    case "year":
      return { short: label, long: label };
  }
}

/** The days that a bucket covers, `to` excluded; null for hours, which are not made of days. */
export function bucketDays(label: string, unit: TimeUnit): { from: string; to: string } | null {
  if (unit === "day") return { from: label, to: addDays(label, 1) };
  if (unit === "week") return { from: label, to: addDays(label, 7) };
  if (unit === "month") return { from: `${label}-01`, to: addMonths(`${label}-01`, 1) };
  return null;
}

export const UNIT_NAMES: Record<TimeUnit, string> = {
  hour: "Hour",
  day: "Day",
  week: "Week",
  month: "Month",
  quarter: "Quarter",
  year: "Year",
};
