import type { IncomingMessage } from "node:http";
import { InvalidInput, isLoopback } from "@outlay/core";
import type { Context, MiddlewareHandler } from "hono";

/** Methods that change nothing; a page of another origin may cause them but cannot read the answer. */
const READING_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses requests that a foreign web page makes a reader's browser send: those that reached us under another
 * name (DNS rebinding), and writes from another origin. Requests inside the process have no socket and pass.
 */
export function refuseForeignPages(): MiddlewareHandler {
  return async (c, next) => {
    if (incomingOf(c) !== undefined) {
      const host = c.req.header("host");
      requireLoopbackName(host);
      if (!READING_METHODS.has(c.req.method)) requireSameOrigin(c, host);
    }
    await next();
  };
}

function incomingOf(c: Context): IncomingMessage | undefined {
  return (c.env as { incoming?: IncomingMessage } | undefined)?.incoming;
}

/** A browser always sends Host; HTTP/1.0 clients need not. */
function requireLoopbackName(host: string | undefined): void {
  if (host === undefined || isLoopback(host.replace(/:\d+$/, ""))) return;
  throw new InvalidInput(
    "host_not_allowed",
    `Outlay answers under localhost and 127.0.0.1, not under "${host}": a web page could otherwise read your data`,
    { field: "host", status: 403 },
  );
}

function requireSameOrigin(c: Context, host: string | undefined): void {
  const origin = c.req.header("origin");
  const isForeign = origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
  if (!isForeign && c.req.header("sec-fetch-site") !== "cross-site") return;
  throw new InvalidInput(
    "cross_origin",
    `A web page of another origin (${origin ?? "unnamed"}) may not change anything here`,
    { field: "origin", status: 403 },
  );
}
