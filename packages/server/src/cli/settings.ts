import { InvalidInput } from "@outlay/core";
import type { Command } from "commander";
import type { CliContext } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { getJson, sendJson } from "./get-json.ts";
import { printTable } from "./print-answer.ts";

const PATH = "/api/v1/settings";

/** Of `GET /api/v1/settings`. */
interface SettingsAnswer {
  settings: { name: string; value: unknown; origin: string; editable: boolean; pending: boolean }[];
}

/** `outlay settings …`: what the dashboard's settings page shows and changes. */
export function addSettingsCommand(program: Command, context: CliContext): void {
  const settings = program
    .command("settings")
    .description("settings that are kept in the data folder: list, set, reset")
    .addHelpText(
      "after",
      `
Flags, environment variables and outlay.config.json go before what is set here.

Examples:
  outlay settings list
  outlay settings set timeZone Europe/Berlin
  outlay settings set retentionDays off
  outlay settings set modelNames '[{"provider":"azure","name":"our-gpt","model":"gpt-4o"}]'
  outlay settings reset timeZone`,
    );
  settings
    .command("list")
    .description("every setting, and the place that says it")
    .action(async () => print(context, await getJson<SettingsAnswer>(await context.connect(), PATH)));
  settings
    .command("set")
    .description("change one; lists may be separated by commas")
    .argument("<name>", "as outlay settings list shows it")
    .argument("<value>", "text, or JSON for tables")
    .action(async (name: string, value: string) => change(context, { [name]: parseValue(name, value) }));
  settings
    .command("reset")
    .description("give settings their default again")
    .argument("<names...>")
    .action(async (names: string[]) => change(context, { reset: names }));
}

/** The server reads text as it reads a variable of the environment; what has parts comes as JSON. */
function parseValue(name: string, text: string): unknown {
  if (!/^\s*[[{]/.test(text) && text !== "null") return text;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new InvalidInput("invalid_setting", `${name}: ${text} is not JSON: ${(error as Error).message}`, {
      field: name,
    });
  }
}

async function change(context: CliContext, body: Record<string, unknown>): Promise<void> {
  const answer = await sendJson<SettingsAnswer>(await context.connect(), "PATCH", PATH, body);
  await print(context, answer);
  const waiting = answer.settings.filter(({ pending }) => pending).map(({ name }) => name);
  if (waiting.length > 0) context.note(`${waiting.join(", ")}: counts when the server starts again`);
}

async function print(context: CliContext, answer: SettingsAnswer): Promise<void> {
  if (context.isJson()) return context.printJson(answer);
  await printTable(context, {
    columns: ["Setting", "Value", "From", ""].map((header) => ({ header, align: "left" })),
    rows: answer.settings.map(({ name, value, origin, editable }) => [
      name,
      printable(typeof value === "string" ? value : JSON.stringify(value)),
      printable(origin),
      editable ? "can be set" : "",
    ]),
  });
}
