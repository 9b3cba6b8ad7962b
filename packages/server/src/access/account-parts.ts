import type { Storage } from "../storage/storage.ts";
import type { Credentials } from "./credentials.ts";
import type { IdentityProvider } from "./identity-provider.ts";
import type { OneTimeLinks } from "./one-time-links.ts";
import type { People, StoredPerson } from "./people.ts";
import type { SessionCache } from "./session-cache.ts";
import type { SignInThrottle } from "./sign-in-throttle.ts";

/** From where somebody comes. */
export interface Visit {
  /** null: a request inside the process. */
  address: string | null;
  userAgent: string | null;
  /** By https: cookies are for https only. */
  isSecure: boolean;
}

/** Somebody who may go on, and what their browser is to keep: values of the header Set-Cookie. */
export interface SignedIn {
  person: StoredPerson;
  cookies: string[];
}

/** What accounts are made of. */
export interface AccountParts {
  people: People;
  links: OneTimeLinks;
  throttle: SignInThrottle;
  sessions: SessionCache;
  now: () => number;
  /** Loaded when first needed. */
  credentials(): Promise<Credentials>;
  /** Loaded when first needed. InvalidInput `no_provider`. */
  identityProvider(): Promise<IdentityProvider>;
  audit(actor: string, action: string, detail: object): Promise<void>;
}

/** Writes who changed what, and when. */
export function auditTrail(storage: Storage, now: () => number): AccountParts["audit"] {
  return (actor, action, detail) => storage.appendAudit({ atMs: now(), actor, action, detail });
}

/** In the audit trail. */
export function actorName({ email }: Pick<StoredPerson, "email">): string {
  return `person:${email}`;
}
