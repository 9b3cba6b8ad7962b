import type { Command } from "commander";
import type { Api, CliContext } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { formatInstant } from "./draw/values.ts";
import { getJson, sendJson } from "./get-json.ts";
import { printTable } from "./print-answer.ts";
import { UsageError } from "./problem.ts";
import { readSecret } from "./read-secret.ts";

/** Of `GET /api/v1/people`. */
interface Person {
  id: string;
  name: string;
  email: string;
  role: string;
  user: string;
  disabled: boolean;
  lastSignInAt: string | null;
}

/** `outlay admin …`: accounts, for whoever has the data folder or an admin key. */
export function addAdminCommand(program: Command, context: CliContext): void {
  const admin = program
    .command("admin")
    .description("accounts: the first administrator, and a way back in")
    .addHelpText(
      "after",
      `
Examples:
  outlay admin create ada@example.com --name "Ada Lovelace"     asks for a password, and does not show it
  outlay admin reset-password ada@example.com
  outlay admin list

Everybody has to sign in as soon as there is an account. Further people are invited on the dashboard or through the API.`,
    );
  addCreate(admin, context);
  addList(admin, context);
  addResetPassword(admin, context);
}

function addCreate(admin: Command, context: CliContext): void {
  admin
    .command("create")
    .description("make an administrator; the password is typed in or comes through a pipe")
    .argument("<email>", "with which they sign in")
    .option("--name <name>", "default: the e-mail address")
    .option("--from-env <variable>", "take the password from this variable of the environment")
    .action(async (email: string, { name = email, fromEnv }: { name?: string; fromEnv?: string }) => {
      const password = await readNewPassword(context, email, fromEnv);
      const api = await context.connect();
      const body = { email, name, role: "administrator", password };
      const made = await sendJson<Person>(api, "POST", "/api/v1/people", body);
      if (context.isJson()) return context.printJson(made);
      await context.print(`${printable(made.email)} is an administrator now. From now on everybody has to sign in.`);
    });
}

function addList(admin: Command, context: CliContext): void {
  admin
    .command("list")
    .description("everybody with an account")
    .action(async () => {
      const people = await listPeople(await context.connect());
      if (context.isJson()) return context.printJson({ people });
      if (people.length === 0) {
        return context.print(
          "Nobody has an account, so whoever reaches Outlay sees everything: outlay admin create <email>",
        );
      }
      await printTable(context, {
        columns: ["E-mail", "Name", "Role", "User", "Last sign-in", ""].map((header) => ({ header, align: "left" })),
        rows: people.map(({ email, name, role, user, lastSignInAt, disabled }) => [
          email,
          name,
          role,
          user,
          lastSignInAt === null ? "never" : formatInstant(lastSignInAt, context.timeZone()),
          disabled ? "disabled" : "",
        ]),
      });
    });
}

function addResetPassword(admin: Command, context: CliContext): void {
  admin
    .command("reset-password")
    .description("give somebody a new password, and end their sessions")
    .argument("<email>", "whose")
    .option("--from-env <variable>", "take the password from this variable of the environment")
    .action(async (email: string, { fromEnv }: { fromEnv?: string }) => {
      const api = await context.connect();
      const person = (await listPeople(api)).find((it) => it.email === email.trim().toLowerCase());
      if (person === undefined)
        throw new UsageError(`Nobody has an account with the e-mail address ${printable(email)}`);
      const password = await readNewPassword(context, email, fromEnv);
      const path = `/api/v1/people/${encodeURIComponent(person.id)}`;
      const changed = await sendJson<Person>(api, "PATCH", path, { password });
      if (context.isJson()) return context.printJson(changed);
      await context.print(`${printable(changed.email)} has a new password, and is signed out everywhere.`);
    });
}

async function listPeople(api: Api): Promise<Person[]> {
  return (await getJson<{ people: Person[] }>(api, "/api/v1/people")).people;
}

/** Typed twice, because it is not shown. */
async function readNewPassword(context: CliContext, email: string, variable: string | undefined): Promise<string> {
  const password = await readSecret(context, `password for ${printable(email)}`, variable);
  const isTyped = variable === undefined && (context.stdin as NodeJS.ReadStream).isTTY === true;
  if (!isTyped || (await readSecret(context, "same password again", undefined)) === password) return password;
  throw new UsageError("The two passwords differ; nothing was changed");
}
