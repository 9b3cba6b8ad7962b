import type { IncomingMessage } from "node:http";
import { InvalidInput } from "@outlay/core";
import type { Context, MiddlewareHandler } from "hono";
import type { Client, HostPolicy } from "../access/host-policy.ts";
import type { HttpEnvironment } from "./environment.ts";

/** Methods that change nothing; a page of another origin may cause them but cannot read the answer. */
const READING_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

const YEAR_SECONDS = 31_536_000;

/**
 * Refuses requests that a foreign web page makes a reader's browser send: those that reached us under another
 * name (DNS rebinding), and writes from another origin, to which a browser would add the session's cookie. Requests inside the
 * process have no socket and pass.
 */
export function refuseForeignPages(policy: HostPolicy): MiddlewareHandler<HttpEnvironment> {
  return async (c, next) => {
    const incoming = incomingOf(c);
    const client = incoming === undefined ? INSIDE : policy.clientOf(incoming);
    c.set("client", client);
    if (incoming !== undefined) {
      requireOwnName(incoming, policy);
      if (!READING_METHODS.has(c.req.method)) requireOwnOrigin(c, client, policy);
    }
    if (client.isSecure) c.env.outgoing?.setHeader("strict-transport-security", `max-age=${YEAR_SECONDS}`);
    await next();
  };
}

/** How a request reached us. */
export function clientOf(c: Context<HttpEnvironment>): Client {
  return c.get("client") ?? INSIDE;
}

/** Where browsers find this server, without a slash at the end: as the settings say, else as this request found it. */
export function serverUrlOf(c: Context<HttpEnvironment>): string {
  return clientOf(c).serverUrl ?? new URL(c.req.url).origin;
}

const INSIDE: Client = { host: null, isSecure: false, address: null, serverUrl: null };

function incomingOf(c: Context<HttpEnvironment>): IncomingMessage | undefined {
  return (c.env as { incoming?: IncomingMessage } | undefined)?.incoming;
}

function requireOwnName(incoming: IncomingMessage, policy: HostPolicy): void {
  const objection = policy.objectionTo(incoming);
  if (objection === null) return;
  throw new InvalidInput(objection.code, objection.message, { field: "host", status: 403 });
}

function requireOwnOrigin(c: Context, client: Client, policy: HostPolicy): void {
  const origin = c.req.header("origin");
  const isForeign = origin !== undefined && !policy.isOwnOrigin(origin, client);
  if (!isForeign && c.req.header("sec-fetch-site") !== "cross-site") return;
  throw new InvalidInput(
    "cross_origin",
    `A web page of another origin (${origin ?? "unnamed"}) may not change anything here`,
    { field: "origin", status: 403 },
  );
}
