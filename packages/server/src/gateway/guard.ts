import type { IncomingMessage } from "node:http";
import { isLoopback } from "@outlay/core";
import type { Refusal } from "./refuse.ts";

/** Nearly all clients come under the same name. */
let lastGoodHost = "";

/** Under another name than this machine's own, a web page could reach us by DNS rebinding. */
export function refuseForeignName(incoming: IncomingMessage): Refusal | null {
  const { host } = incoming.headers;
  if (host === undefined || host === lastGoodHost) return null;
  if (isLoopback(host.replace(/:\d+$/, ""))) {
    lastGoodHost = host;
    return null;
  }
  return {
    status: 403,
    code: "host_not_allowed",
    message: `Outlay answers under localhost and 127.0.0.1, not under "${host.slice(0, 100)}"`,
  };
}

/** Whether a browser says that a page of another origin sends this. Such a page may spend its own key, never ours. */
export function isForeignPage(incoming: IncomingMessage): boolean {
  const { origin, host } = incoming.headers;
  if (incoming.headers["sec-fetch-site"] === "cross-site") return true;
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
}

export function refuseForeignPage(): Refusal {
  return {
    status: 403,
    code: "cross_origin",
    message: "A web page of another origin may not use keys that are kept here",
  };
}
