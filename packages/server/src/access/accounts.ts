import { InvalidInput } from "@outlay/core";
import { findSecret, makeSecret, type Locked } from "../keys/secret.ts";
import type { Storage } from "../storage/storage.ts";
import { auditTrail, type AccountParts } from "./account-parts.ts";
import type { Credentials } from "./credentials.ts";
import type { IdentityProvider, ProviderSettings } from "./identity-provider.ts";
import { loadPart } from "./load-part.ts";
import { openOneTimeLinks } from "./one-time-links.ts";
import { openPeopleDesk, type PeopleDesk } from "./people-desk.ts";
import { openPeople, type People } from "./people.ts";
import type { Person } from "./principal.ts";
import { openProviderDesk, type ErrandLock, type ProviderDesk } from "./provider-desk.ts";
import type { ProviderRules } from "./provider-profile.ts";
import { openSessionCache, sessionCookieOf } from "./session-cache.ts";
import { createSetUpCode } from "./set-up-code.ts";
import { openSignInDesk, type SignInDesk } from "./sign-in-desk.ts";
import { openSignInThrottle } from "./sign-in-throttle.ts";

export interface AccountsOptions {
  /** Keeps people, teams, invitations and failed sign-ins. Passwords and sessions are in `<dataDir>/accounts.sqlite`. */
  storage: Storage;
  dataDir: string;
  now: () => number;
  /** OUTLAY_SECRET; absent, null or empty: `<dataDir>/secret.key`, made when first needed. */
  secret?: string | null;
  /** People on other machines can reach the server: nothing is open, not even before there are accounts. */
  isExposed?: boolean;
  /** A session that nobody uses ends after so many days; default 14. */
  sessionDays?: number;
  /** OpenID Connect; absent or null: passwords only. */
  provider?: (ProviderSettings & ProviderRules) | null;
}

/** Who has an account, and who is signed in. Every change and every sign-in is in the audit trail. */
export interface Accounts extends SignInDesk, PeopleDesk, ProviderDesk {
  people: People;
  /** For the button on the sign-in page; null: there is no OpenID Connect provider. */
  providerName: string | null;
  /** With which the first administrator is made on an exposed server; null: none is needed any more, or none was. */
  setUpCode(): string | null;
  /** Whether anybody has an account: then everybody has to sign in, on a loopback address too. */
  hasAny(): boolean;
  /** Nobody has an account, and only this machine can reach the server: everything is allowed. Asked with every request. */
  isOpen(): boolean;
  /** Who has the session of these headers' cookie; null: nobody, or the session or the account is over. */
  personOf(headers: Headers): Promise<Person | null>;
  close(): Promise<void>;
}

const DEFAULT_SESSION_DAYS = 14;

/** Opens the accounts of a data folder. What checks passwords and keeps sessions is loaded when it is first needed. */
export async function openAccounts(options: AccountsOptions): Promise<Accounts> {
  const { storage, now, isExposed = false, provider = null } = options;
  const [people, links, throttle] = await Promise.all([
    openPeople(storage),
    openOneTimeLinks(storage, now),
    openSignInThrottle(storage, now),
  ]);
  const credentials = credentialsOf(options);
  const parts: AccountParts = {
    people,
    links,
    throttle,
    sessions: openSessionCache(now),
    now,
    credentials: credentials.get,
    identityProvider: identityProviderOf(provider, now),
    audit: auditTrail(storage, now),
  };
  const code = isExposed && !people.hasAny() ? createSetUpCode() : null;
  const peopleDesk = openPeopleDesk(parts);
  return {
    ...peopleDesk,
    ...openSignInDesk(parts, peopleDesk, code),
    ...openProviderDesk(parts, peopleDesk, provider, () => errandLock(options)),
    people,
    providerName: provider?.name ?? null,
    setUpCode: () => (people.hasAny() ? null : (code?.text ?? null)),
    hasAny: () => people.hasAny(),
    isOpen: () => !isExposed && !people.hasAny(),
    personOf: (headers) => personOf(parts, headers),
    close: credentials.close,
  };
}

async function personOf({ people, sessions, credentials }: AccountParts, headers: Headers): Promise<Person | null> {
  const cookie = people.hasAny() ? sessionCookieOf(headers) : null;
  if (cookie === null) return null;
  const id = await sessions.find(
    cookie,
    async () => (await (await credentials()).sessionOf(headers))?.personId ?? null,
  );
  return id === null ? null : people.person(id);
}

function credentialsOf({ dataDir, sessionDays = DEFAULT_SESSION_DAYS, ...options }: AccountsOptions) {
  let opening: Promise<Credentials> | null = null;
  const open = async () => {
    const { openCredentials } = await loadPart<typeof import("./credentials.ts")>("credentials");
    const secret = await secretOf({ dataDir, ...options });
    return openCredentials({ dataDir, sessionDays, secret: secret.derive("sessions") });
  };
  return {
    get() {
      opening ??= open().catch((error: unknown) => {
        opening = null;
        throw error;
      });
      return opening;
    },
    async close() {
      await opening?.then((opened) => opened.close()).catch(() => {});
    },
  };
}

function identityProviderOf(settings: ProviderSettings | null, now: () => number): () => Promise<IdentityProvider> {
  let opening: Promise<IdentityProvider> | null = null;
  return () => {
    if (settings === null) throw new InvalidInput("no_provider", "No sign-in provider is set", { status: 404 });
    opening ??= loadPart<typeof import("./identity-provider.ts")>("identity-provider").then((part) =>
      part.openIdentityProvider(settings, now),
    );
    return opening;
  };
}

async function errandLock(options: AccountsOptions): Promise<ErrandLock> {
  const secret = await secretOf(options);
  const purpose = "sign-in errand";
  return {
    lock: (text) => Buffer.from(JSON.stringify(secret.lock(text, purpose))).toString("base64url"),
    unlock: (cookie) => secret.unlock(lockedIn(cookie), purpose),
  };
}

function lockedIn(cookie: string): Locked {
  const none = { nonce: "", text: "", tag: "" };
  try {
    return { ...none, ...(JSON.parse(Buffer.from(cookie, "base64url").toString("utf8")) as Partial<Locked>) };
  } catch {
    return none;
  }
}

async function secretOf({ dataDir, secret = null }: Pick<AccountsOptions, "dataDir" | "secret">) {
  return (await findSecret(dataDir, secret)) ?? (await makeSecret(dataDir));
}
