import type { Command } from "commander";
import type { CliContext } from "./context.ts";
import { formatInstant, formatUsd } from "./draw/values.ts";
import { getJson, sendJson } from "./get-json.ts";
import type { LimitOverride } from "./limit-table.ts";
import { limitPath } from "./limit-path.ts";
import { printTable } from "./print-answer.ts";
import { UsageError } from "./problem.ts";

/** `outlay limits raise | overrides | end-override`: more for a time, with a reason. */
export function addOverrideCommands(limits: Command, context: CliContext): void {
  limits
    .command("raise")
    .description("another amount for a time, or no limit at all")
    .argument("<limit>", "its id or name")
    .requiredOption("--to <dollars>", "the amount until then; off: nothing is refused")
    .requiredOption("--until <when>", "an instant, or 30m, 12h, 7d from now")
    .requiredOption("--reason <text>", "for the audit trail")
    .option("--for <value>", "only this one, of those that have an account each")
    .action(async (id: string, options: { to: string; until: string; reason: string; for?: string }) => {
      const api = await context.connect();
      const body = {
        amountUsd: options.to === "off" ? null : options.to,
        until: instantOf(options.until, context.now()),
        reason: options.reason,
        value: options.for,
      };
      const made = await sendJson<LimitOverride>(api, "POST", `${await limitPath(api, id)}/overrides`, body);
      if (context.isJson()) return context.printJson(made);
      await context.print(`${describe(made)} until ${formatInstant(made.until, context.timeZone())}.`);
      context.note(`End it sooner with: outlay limits end-override ${made.id}`);
    });
  limits
    .command("overrides")
    .description("what is raised or lifted now, or will be")
    .action(async () => {
      const api = await context.connect();
      const answer = await getJson<{ overrides: LimitOverride[] }>(api, "/api/v1/limit-overrides");
      if (context.isJson()) return context.printJson(answer);
      if (answer.overrides.length === 0) return context.print("Nothing is raised.");
      await printTable(context, {
        columns: [
          { header: "What", align: "left" },
          { header: "Reason", align: "left" },
          { header: "From", align: "left" },
          { header: "Until", align: "left" },
          { header: "By", align: "left" },
          { header: "Id", align: "fixed" },
        ],
        rows: answer.overrides.map((override) => [
          describe(override),
          override.reason,
          formatInstant(override.from, context.timeZone()),
          formatInstant(override.until, context.timeZone()),
          override.actor,
          override.id,
        ]),
      });
    });
  limits
    .command("end-override")
    .description("back to the limit's own amount, now")
    .argument("<id>", "of the override")
    .action(async (id: string) => {
      const api = await context.connect();
      const answer = await sendJson(api, "DELETE", `/api/v1/limit-overrides/${encodeURIComponent(id)}`, undefined);
      if (context.isJson()) return context.printJson(answer);
      await context.print("Ended.");
    });
}

function describe({ amountUsd, value }: LimitOverride): string {
  const what = amountUsd === null ? "No limit" : formatUsd(amountUsd);
  return `${what} for ${value ?? "everybody"}`;
}

const UNIT_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function instantOf(text: string, nowMs: number): string {
  const span = /^(\d{1,4})([mhd])$/.exec(text);
  if (span !== null) return new Date(nowMs + Number(span[1]) * UNIT_MS[span[2]!]!).toISOString();
  if (Number.isNaN(Date.parse(text))) throw new UsageError("--until must be an instant, or like 30m, 12h, 7d.");
  return text;
}
