import { InvalidInput } from "@outlay/core";
import type { Context, MiddlewareHandler } from "hono";
import { coversUsers, dataScopeOf } from "../access/data-scope.ts";
import { narrowLedger } from "../access/narrow-ledger.ts";
import { permissionOf, requirementOf } from "../access/permissions.ts";
import type { AccessRule, Principal } from "../access/principal.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { HttpEnvironment } from "./environment.ts";
import type { Viewer } from "./live.ts";
import { clientOf } from "./guards.ts";

/** Says who asks, from what a request's headers bring. Throws InvalidInput for a key that is none or has expired. */
export type Recognise = (headers: Headers, address: string | null) => Principal | Promise<Principal>;

/** Puts beside each request what its authorization needs. */
export function provideAccess(recognise: Recognise, ledger: Ledger): MiddlewareHandler<HttpEnvironment> {
  return async (c, next) => {
    const caller = c.env?.caller;
    c.set("recognise", caller === undefined ? recognise : () => caller);
    c.set("wholeLedger", ledger);
    await next();
  };
}

/**
 * Finds out who asks, and lets them go on if the rule allows it. InvalidInput `sign_in_required` (401), `not_allowed` or
 * `key_without_scope` (403); what is wrong with a key that was sent goes out too, except where everybody may.
 */
export async function admit(c: Context<HttpEnvironment>, rule: AccessRule): Promise<void> {
  const principal = await recognised(c, rule);
  c.set("principal", principal);
  const permission = permissionOf(principal, rule);
  if (permission === "granted") return;
  if (permission === "unknown") {
    throw new InvalidInput("sign_in_required", "Sign in, or send a key as Authorization: Bearer outlay_…", {
      status: 401,
    });
  }
  throw refusalOf(principal, rule);
}

async function recognised(c: Context<HttpEnvironment>, rule: AccessRule): Promise<Principal> {
  try {
    return await c.get("recognise")(c.req.raw.headers, clientOf(c).address);
  } catch (error) {
    if (rule === "public" && error instanceof InvalidInput) return { kind: "nobody" };
    throw error;
  }
}

/** Who asks. Only in handlers of routes, which `admit` stands before. */
export function principalOf(c: Context<HttpEnvironment>): Principal {
  const principal = c.get("principal");
  if (principal === undefined) throw new Error("nobody has been admitted to this request");
  return principal;
}

/** Who asks, for the audit trail: `person:<e-mail>`, `key:<name> (<id>)`, `cli`, or `api` where no accounts exist. */
export function actorOf(c: Context<HttpEnvironment>): string {
  const principal = principalOf(c);
  if (principal.kind === "person") return `person:${principal.person.email}`;
  if (principal.kind === "key") return `key:${principal.key.name} (${principal.key.id})`;
  return principal.kind === "open" ? (principal.door ?? "api") : "nobody";
}

/** The ledger with what the principal may see of it: what is not theirs does not exist there. */
export function ledgerOf(c: Context<HttpEnvironment>): Ledger {
  const known = c.get("ledger");
  if (known !== undefined) return known;
  const ledger = narrowLedger(c.get("wholeLedger"), dataScopeOf(principalOf(c)));
  c.set("ledger", ledger);
  return ledger;
}

/** Who reads a stream: those who may see the same share one. */
export function viewerOf(c: Context<HttpEnvironment>): Viewer {
  const scope = dataScopeOf(principalOf(c));
  return {
    scope: JSON.stringify(scope),
    ledger: ledgerOf(c),
    mayKnow: (users) => coversUsers(scope, users),
    mayStay: stayerOf(c),
  };
}

/** Tells whether whoever sent the request may still read what they could when they sent it. */
export function stayerOf(c: Context<HttpEnvironment>): () => Promise<boolean> {
  const before = JSON.stringify(dataScopeOf(principalOf(c)));
  const recognise = c.get("recognise");
  const { headers } = c.req.raw;
  const { address } = clientOf(c);
  return async () => {
    try {
      const principal = await recognise(headers, address);
      return permissionOf(principal, "read") === "granted" && JSON.stringify(dataScopeOf(principal)) === before;
    } catch {
      return false;
    }
  };
}

function refusalOf(principal: Principal, rule: AccessRule): InvalidInput {
  const needed = requirementOf(principal, rule);
  if (principal.kind === "key") {
    const { name, scopes } = principal.key;
    const message = `The Outlay key "${name}" has the scopes ${scopes.join(", ")}; this takes ${needed}`;
    return new InvalidInput("key_without_scope", message, { status: 403 });
  }
  const role = principal.kind === "person" ? `as a ${principal.person.role}` : "here";
  return new InvalidInput("not_allowed", `You may not do this ${role}; it takes ${needed}`, { status: 403 });
}
