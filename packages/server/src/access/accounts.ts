import type { Storage } from "../storage/storage.ts";
import { openPeople, type People } from "./people.ts";
import type { Person } from "./principal.ts";

export interface AccountsOptions {
  /** Keeps people, teams, invitations and failed sign-ins. Passwords and sessions are in `<dataDir>/accounts.sqlite`. */
  storage: Storage;
  dataDir: string;
  now: () => number;
  /** OUTLAY_SECRET; absent, null or empty: `<dataDir>/secret.key`, made when first needed. */
  secret?: string | null;
  /** Where browsers find this server, without a slash at the end; null: on this machine only. */
  publicUrl?: string | null;
}

/** Who has an account, and who is signed in. */
export interface Accounts {
  people: People;
  /** Whether anybody has an account: then everybody has to sign in, on a loopback address too. Asked with every request. */
  hasAny(): boolean;
  /** Who has the session of these headers' cookie; null: nobody, or the session or the account is over. */
  personOf(headers: Headers): Promise<Person | null>;
  close(): Promise<void>;
}

/** Opens the accounts of a data folder. What signs people in is loaded when it is first needed. */
export async function openAccounts({ storage }: AccountsOptions): Promise<Accounts> {
  const people = await openPeople(storage);
  return {
    people,
    hasAny: () => people.hasAny(),
    personOf: async () => null,
    close: async () => {},
  };
}
