import type { OutlayKey } from "../keys/keys.ts";

/** Who asks. */
export type Principal =
  /**
   * Everything is allowed: no account exists and nobody else can reach the server, or the command line of the data folder's
   * owner (`cli`) asks.
   */
  | { kind: "open"; door?: "cli" }
  | { kind: "person"; person: Person }
  | { kind: "key"; key: OutlayKey }
  /** Nobody has said who they are. */
  | { kind: "nobody" };

export type Role = "administrator" | "member" | "viewer";

/** Somebody with an account. */
export interface Person {
  id: string;
  name: string;
  email: string;
  role: Role;
  /** The value of the dimension `user` whose events are their own. */
  user: string;
  /** Users whose events they may see besides their own: the members of the teams that they lead. */
  leadsUsers: string[];
}

/**
 * Who may use an operation of the API:
 * `public` everybody · `ingest` keys with the scope ingest, administrators · `read` keys with the scope read, everybody with an
 * account, each what they may see · `self` people with an account, about themselves · `gateway` keys with the scope gateway, and everybody with
 * an account · `admin` keys with the scope admin, administrators. A key with the scope admin may do everything but `self`.
 */
export type AccessRule = "public" | "ingest" | "gateway" | "read" | "self" | "admin";
