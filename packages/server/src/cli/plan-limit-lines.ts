import type { ToldLimits } from "../insights/plan-limits.ts";
import type { CliContext } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { formatMinute, formatRatio, UNKNOWN } from "./draw/values.ts";

/** A line for each window of a plan, as its provider told the tool, with when it did. */
export function planLimitLines({ colors, timeZone }: CliContext, limits: readonly ToldLimits[]): string[] {
  return limits.flatMap(({ tool, account, user, windows, reportedAt, plan }) =>
    windows.map(({ name, usedPercent, resetsAt, label }) => {
      const used = usedPercent === null ? UNKNOWN : formatRatio(usedPercent / 100);
      const reset = resetsAt === null ? "" : `, anew ${formatMinute(resetsAt, timeZone())}`;
      const whose = [tool, plan, account === "default" ? null : account, user].filter((it) => it !== null).join(" · ");
      const told = formatMinute(reportedAt, timeZone());
      return `${colors.dim(`${printable(whose)} · ${printable(name.replaceAll("_", " "))}: `)}${used} used${reset}  ${colors.dim(`${label}, as of ${told}`)}`;
    }),
  );
}
