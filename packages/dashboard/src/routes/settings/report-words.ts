import type { ReportUnit, Schedule } from "../../api/reports.ts";

/** When reports come, as people say it. */
export const UNIT_LABELS: Record<ReportUnit, string> = {
  day: "Every day",
  week: "Every Monday",
  month: "On the first of each month",
};

/** `Every day, from 8:00 on`: not before that hour. */
export function whenInWords({ every, hour }: Pick<Schedule, "every" | "hour">): string {
  return `${UNIT_LABELS[every]}, from ${hour}:00 on`;
}

/** What is written in a form of several lines, or with commas between. */
export function linesOf(text: string | undefined): string[] {
  return (text ?? "")
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
