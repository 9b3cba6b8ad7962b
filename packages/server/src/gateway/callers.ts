import type { IncomingMessage } from "node:http";
import type { OutlayKey } from "./credentials.ts";
import { isForeignPage, refuseForeignPage } from "./guard.ts";
import type { Refusal } from "./refuse.ts";

/** Who may use the gateway, apart from keys. */
export interface Callers {
  /** Everybody who reaches the server may call, with keys of their own or with the server's. */
  isOpen(): boolean;
  /** Who has signed in, by the header Cookie: their name and the user whose calls theirs are; null: nobody. */
  signedIn(cookie: string): Promise<{ name: string; user: string } | null>;
  /** Where a request comes from. */
  addressOf(incoming: IncomingMessage): string | null;
}

/** Whose calls those of somebody who has signed in are; a refusal when nobody has. */
export async function readSession(incoming: IncomingMessage, callers: Callers): Promise<OutlayKey | Refusal> {
  const { cookie } = incoming.headers;
  if (cookie === undefined) return refuseUnknown();
  // a browser adds the cookie to what any page sends
  if (isForeignPage(incoming)) return refuseForeignPage();
  const person = await callers.signedIn(cookie);
  if (person === null) return refuseUnknown();
  const { name, user } = person;
  return { id: "session", name, scopes: ["gateway"], attribution: { user }, isBinding: true };
}

function refuseUnknown(): Refusal {
  return {
    status: 401,
    code: "sign_in_required",
    message:
      "Send a key of Outlay's with the scope \"gateway\" where your provider's key would stand, or beside your own in the header x-outlay-key",
  };
}
