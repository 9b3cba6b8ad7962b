import { InvalidInput } from "@outlay/core";
import type { Keys } from "../keys/keys.ts";
import type { Person, Principal } from "./principal.ts";

/** What the accounts tell about requests. */
export interface People {
  /** Has anybody an account? Then nothing is open any more. */
  exist(): boolean;
  /** Who has signed in; null: nobody. */
  personOf(headers: Headers): Promise<Person | null>;
}

/**
 * Who sends a request. A key that is sent counts, whoever has signed in beside it; one that is none of ours is refused also where
 * everything is open. `people` is null where whoever reaches us is the owner of the data: on the command line, in a mount.
 * Throws InvalidInput `unknown_key` (401).
 */
export function recogniseCallers(keys: Pick<Keys, "resolve">, people: People | null) {
  return (headers: Headers): Principal | Promise<Principal> => {
    const token = presentedToken(headers);
    if (token !== null) return holderOf(token, keys);
    if (people === null || !people.exist()) return OPEN;
    return people.personOf(headers).then((person) => (person === null ? NOBODY : { kind: "person", person }));
  };
}

const OPEN: Principal = { kind: "open" };
const NOBODY: Principal = { kind: "nobody" };
const OUTLAY_TOKEN = /^outlay_/;

/** The key of ours that a request brings, wherever clients put keys: keys of others may come beside it. */
function presentedToken(headers: Headers): string | null {
  const authorization = headers.get("authorization") ?? "";
  const [, scheme = "", text = ""] = /^(\w+)\s+(\S+)$/.exec(authorization.trim()) ?? [];
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
