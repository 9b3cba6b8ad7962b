import { hash, timingSafeEqual } from "node:crypto";
import { InvalidInput } from "@outlay/core";
import type { Keys } from "../keys/keys.ts";
import type { Accounts } from "./accounts.ts";
import type { Principal } from "./principal.ts";

export interface RecogniseOptions {
  keys: Pick<Keys, "resolve" | "hasExpired">;
  /** null: whoever reaches us is the owner of the data, as in a mount. */
  accounts: Pick<Accounts, "hasAny" | "personOf"> | null;
  /** Others than the people at this machine can reach it: closed also before anybody has an account. */
  isExposed: boolean;
  /** What the command line of the data folder's owner sends as its key: everything is open to it. */
  ownerToken: string;
}

/**
 * Who sends a request. A key that is sent counts, whoever has signed in beside it; one that is none of ours is refused also where
 * everything is open. `address`: where the request comes from, for the list of keys; null when it is not known. What the answer
 * throws: InvalidInput `unknown_key` or `key_expired` (401).
 */
export function recogniseCallers({ keys, accounts, isExposed, ownerToken }: RecogniseOptions) {
  return (headers: Headers, address: string | null): Principal | Promise<Principal> => {
    const token = presentedToken(headers);
    if (token !== null) return isSame(token, ownerToken) ? OWNER : holderOf(token, keys, address);
    if (accounts === null) return OPEN;
    if (!accounts.hasAny()) return isExposed ? NOBODY : OPEN;
    return accounts.personOf(headers).then((person) => (person === null ? NOBODY : { kind: "person", person }));
  };
}

const OPEN: Principal = { kind: "open" };
const OWNER: Principal = { kind: "open", door: "cli" };
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

/** Takes as long whatever the difference is. */
function isSame(token: string, other: string): boolean {
  return timingSafeEqual(hash("sha256", token, "buffer"), hash("sha256", other, "buffer"));
}

function holderOf(token: string, keys: RecogniseOptions["keys"], address: string | null): Principal {
  const key = keys.resolve(token, address);
  if (key !== null) return { kind: "key", key };
  const where = { field: "authorization", status: 401 } as const;
  if (keys.hasExpired(token))
    throw new InvalidInput("key_expired", "This Outlay key has expired; make another one", where);
  throw new InvalidInput("unknown_key", "This Outlay key is not known here, or it was withdrawn", where);
}
