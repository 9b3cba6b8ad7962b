import type { IncomingMessage } from "node:http";
import type { Refusal } from "./refuse.ts";

/** Why a request is not answered, by the header Host and what proxies say; null: it is. */
export type ObjectionTo = (incoming: IncomingMessage) => { code: string; message: string } | null;

/** Under a name that is not ours, a web page could reach us by DNS rebinding. */
export function refuseForeignName(incoming: IncomingMessage, objectionTo: ObjectionTo): Refusal | null {
  const objection = objectionTo(incoming);
  return objection === null ? null : { status: 403, ...objection };
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
