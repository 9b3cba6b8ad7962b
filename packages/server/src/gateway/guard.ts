import type { IncomingMessage } from "node:http";
import type { Refusal } from "./refuse.ts";

/** Nearly all clients come under the same name. */
let lastGoodHost = "";

/** Under a name that is not ours, a web page could reach us by DNS rebinding. */
export function refuseForeignName(incoming: IncomingMessage, isOurs: (host: string) => boolean): Refusal | null {
  const { host } = incoming.headers;
  if (host === undefined || host === lastGoodHost) return null;
  if (isOurs(host)) {
    lastGoodHost = host;
    return null;
  }
  return {
    status: 403,
    code: "host_not_allowed",
    message: `Outlay does not answer under "${host.slice(0, 100)}", but under localhost and the names of its settings`,
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
