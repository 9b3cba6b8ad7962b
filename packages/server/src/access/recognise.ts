import { InvalidInput } from "@outlay/core";
import type { Keys } from "../keys/keys.ts";
import type { Accounts } from "./accounts.ts";
import type { Principal } from "./principal.ts";

export interface RecogniseOptions {
  keys: Pick<Keys, "resolve">;
  /** null: whoever reaches us is the owner of the data, as on the command line and in a mount. */
  accounts: Pick<Accounts, "hasAny" | "personOf"> | null;
  /** Others than the people at this machine can reach it: closed also before anybody has an account. */
  isExposed: boolean;
}

/**
 * Who sends a request. A key that is sent counts, whoever has signed in beside it; one that is none of ours is refused also where
 * everything is open. What the answer throws: InvalidInput `unknown_key` (401).
 */
export function recogniseCallers({ keys, accounts, isExposed }: RecogniseOptions) {
  return (headers: Headers): Principal | Promise<Principal> => {
    const token = presentedToken(headers);
    if (token !== null) return holderOf(token, keys);
    if (accounts === null) return OPEN;
    if (!accounts.hasAny()) return isExposed ? NOBODY : OPEN;
    return accounts.personOf(headers).then((person) => (person === null ? NOBODY : { kind: "person", person }));
  };
}

const OPEN: Principal = { kind: "open" };
const NOBODY: Principal = { kind: "nobody" };
const OUTLAY_TOKEN = /^outlay_/;

/** The key of ours that a request brings, wherever clients put keys: keys of others may come beside it. */
function presentedToken(headers: Headers): string | null {
  const [, scheme = "", text = ""] = /^(\w+)\s+(\S+)$/.exec(headers.get("authorization")?.trim() ?? "") ?? [];
  const sent = scheme.toLowerCase() === "basic" ? basicParts(text) : [text];
  return [...sent, headers.get("x-api-key") ?? ""].find((token) => OUTLAY_TOKEN.test(token)) ?? null;
}

/** Clients of Langfuse send a public and a secret key as name and password. */
function basicParts(encoded: string): string[] {
  const [name = "", ...password] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return [password.join(":"), name];
}

function holderOf(token: string, keys: Pick<Keys, "resolve">): Principal {
  const key = keys.resolve(token);
  if (key !== null) return { kind: "key", key };
  throw new InvalidInput("unknown_key", "This Outlay key is not known here, or it was withdrawn", {
    field: "authorization",
    status: 401,
  });
}
