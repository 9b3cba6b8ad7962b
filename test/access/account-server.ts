import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { onTestFinished } from "vitest";

import { startServer, type RunningServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { visitor, type Visitor } from "./visitor.ts";

export const PASSWORD = "correct horse battery staple";
const program = join(import.meta.dirname, "../../packages/server/bin/outlay.js");

/** `outlay …` as a process of its own; rejects with what it printed. */
export function outlay(args: string[], options: { input?: string; env?: Record<string, string> } = {}) {
  const env = { ...process.env, OUTLAY_REFRESH_PRICES: "off", ...options.env };
  const running = promisify(execFile)(process.execPath, [program, ...args], { env });
  running.child.stdin!.on("error", () => {});
  running.child.stdin!.end(options.input ?? "");
  return running;
}

export interface AccountServer extends RunningServer {
  visitor(): Visitor;
}

/** The built server, because what signs people in is a part of its own there; it ends with the test. `config` becomes its configuration file. */
export async function startAccountServer(
  options: { dataDir?: string; config?: object; args?: string[]; env?: Record<string, string> } = {},
): Promise<AccountServer> {
  const { dataDir = temporaryFolder(), config, args = [], env = {} } = options;
  if (config !== undefined) writeFileSync(join(dataDir, "outlay.config.json"), JSON.stringify(config));
  const server = await startServer({ dataDir, built: true, args, env });
  onTestFinished(() => server.kill().catch(() => {}));
  return { ...server, visitor: () => visitor(server.url) };
}

/** With its first administrator, who has signed in. */
export async function startWithAdministrator(
  options: Parameters<typeof startAccountServer>[0] = {},
): Promise<{ server: AccountServer; ada: Visitor }> {
  const server = await startAccountServer(options);
  const ada = server.visitor();
  const made = await ada.ask("POST", "/api/v1/account/set-up", {
    name: "Ada Lovelace",
    email: "Ada@Example.com",
    password: PASSWORD,
  });
  if (made.status !== 200) throw new Error(`set-up answered ${made.status}: ${JSON.stringify(made.json)}`);
  return { server, ada };
}

export interface WirePerson {
  id: string;
  name: string;
  email: string;
  role: string;
  user: string;
  disabled: boolean;
}

/** Somebody whom an administrator has invited, and who has come. */
export async function invitePerson(
  server: AccountServer,
  administrator: Visitor,
  wanted: { email: string; role?: string; user?: string; teams?: string[] },
): Promise<{ visitor: Visitor; person: WirePerson }> {
  const { json } = await administrator.ask<{ link: string }>("POST", "/api/v1/invitations", wanted);
  const somebody = server.visitor();
  const accepted = await somebody.ask<WirePerson>("POST", "/api/v1/account/link/accept", {
    token: new URL(json.link).hash.slice(1),
    name: wanted.email,
    password: PASSWORD,
  });
  if (accepted.status !== 200) throw new Error(`the invitation answered ${JSON.stringify(accepted.json)}`);
  return { visitor: somebody, person: accepted.json };
}
