import { join } from "node:path";
import { betterAuth, type BetterAuthOptions } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { getMigrations } from "better-auth/db/migration";
import { z } from "zod";
import { openAccountsFile } from "../storage/sqlite/accounts-file.ts";
import type { Visit } from "./account-parts.ts";
import { PASSWORD_CHARACTERS } from "./password.ts";

export interface CredentialsOptions {
  /** Passwords and sessions are in its `accounts.sqlite`. */
  dataDir: string;
  /** A session that nobody uses ends after so many days. */
  sessionDays: number;
  /** Signs the cookies. */
  secret: string;
}

/** Passwords as slow hashes, and sessions: the work of a library. Who somebody is and may do is in `people.ts`. */
export interface Credentials {
  /** Replaces what an unfinished one with this address has left. `password` null: they come in another way. */
  create(person: Known & { password: string | null }): Promise<void>;
  rename(personId: string, to: { name: string; email: string }): Promise<void>;
  /** With sessions and everything. */
  remove(personId: string): Promise<void>;
  setPassword(person: Known, password: string): Promise<void>;
  isPassword(personId: string, password: string): Promise<boolean>;
  /** As long as a look at somebody's password takes. */
  takeAsLong(password: string): Promise<void>;
  /** Answers with the cookies for the browser. */
  openSession(personId: string, visit: Visit): Promise<string[]>;
  /** The one that these headers' cookie is for. */
  sessionOf(headers: Headers): Promise<Session | null>;
  /**
   * Puts a new session in the place of one that is a day old, with a new cookie and a later end: a cookie that was stolen
   * is good for a day at most, once its owner has come back. Answers with no cookie when it is too early for that.
   */
  renew(headers: Headers, visit: Visit): Promise<string[]>;
  /** Those that are not over, newest first. */
  sessionsOf(personId: string): Promise<Session[]>;
  /** False: they have no such session. */
  endSession(personId: string, sessionId: string): Promise<boolean>;
  endSessionsOf(personId: string): Promise<void>;
  /** Make the browser forget its session. */
  forgottenCookies(visit: Visit): string[];
  /** null: the provider has not brought this one before. */
  personOfProvider(issuer: string, subject: string): Promise<string | null>;
  linkProvider(person: Known, issuer: string, subject: string): Promise<void>;
  close(): void;
}

/** Somebody who has an account, also if the file was lost since, and with it what was known of them there. */
interface Known {
  id: string;
  name: string;
  email: string;
}

export interface Session {
  id: string;
  personId: string;
  createdAtMs: number;
  /** To the day. */
  lastUsedAtMs: number;
  expiresAtMs: number;
  address: string | null;
  userAgent: string | null;
}

const DAY_SECONDS = 86_400;
const DAY_MS = DAY_SECONDS * 1_000;
const GRACE_MS = 60_000;

/** Opens the file, and makes it when there is none. */
export async function openCredentials({ dataDir, sessionDays, secret }: CredentialsOptions): Promise<Credentials> {
  const database = openAccountsFile(join(dataDir, "accounts.sqlite"));
  const options = optionsOf(database, sessionDays, secret);
  const { runMigrations } = await getMigrations(options);
  await runMigrations();
  const auth = betterAuth(options);
  const { internalAdapter: store, password: hashing, authCookies } = await auth.$context;

  const stored = async (personId: string) => {
    const sessions = await store.listSessions(personId, { onlyActiveSessions: true });
    return sessions.toSorted((one, other) => other.createdAt.getTime() - one.createdAt.getTime());
  };
  const begin = async (personId: string, visit: Visit, createdAt: Date) => {
    const { address, userAgent } = visit;
    const body = { personId, address, userAgent, createdAt };
    const { headers } = await auth.api.openSession({ body, returnHeaders: true });
    return cookiesOf(headers, visit);
  };
  return {
    async create({ id, name, email, password }) {
      await ensure({ id, name, email });
      if (password !== null) await addPassword(id, password);
    },
    async rename(personId, { name, email }) {
      if ((await store.findUserById(personId)) !== null) await store.updateUser(personId, { name, email });
    },
    remove: (personId) => store.deleteUser(personId),
    async setPassword(person, password) {
      await ensure(person);
      if ((await store.findCredentialAccount(person.id)) === null) return addPassword(person.id, password);
      await store.updatePassword(person.id, await hashing.hash(password));
    },
    async isPassword(personId, password) {
      const hash = (await store.findCredentialAccount(personId))?.password;
      if (typeof hash === "string") return hashing.verify({ hash, password });
      await hashing.hash(password);
      return false;
    },
    async takeAsLong(password) {
      await hashing.hash(password);
    },
    openSession: (personId, visit) => begin(personId, visit, new Date()),
    async sessionOf(headers) {
      const found = await auth.api.getSession({ headers, query: { disableRefresh: true } });
      return found === null ? null : sessionFrom(found.session);
    },
    async renew(headers, visit) {
      const found = await auth.api.getSession({ headers, query: { disableRefresh: true } });
      if (found === null || found.session.updatedAt.getTime() > Date.now() - DAY_MS) return [];
      const { token, userId, createdAt } = found.session;
      // Requests that are on their way have the old cookie.
      await store.updateSession(token, { expiresAt: new Date(Date.now() + GRACE_MS), updatedAt: new Date() });
      return begin(userId, visit, createdAt);
    },
    sessionsOf: async (personId) => (await stored(personId)).map(sessionFrom),
    async endSession(personId, sessionId) {
      const session = (await stored(personId)).find(({ id }) => id === sessionId);
      if (session === undefined) return false;
      await store.deleteSession(session.token);
      return true;
    },
    endSessionsOf: (personId) => store.deleteUserSessions(personId),
    forgottenCookies: ({ isSecure }) => [
      `${authCookies.sessionToken.name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`,
    ],
    async personOfProvider(issuer, subject) {
      return (await store.findAccountByKey({ providerId: issuer, accountId: subject }))?.userId ?? null;
    },
    async linkProvider(person, issuer, subject) {
      await ensure(person);
      await store.linkAccount({ userId: person.id, providerId: issuer, accountId: subject });
    },
    close: () => database.close(),
  };

  async function ensure({ id, name, email }: Known): Promise<void> {
    if ((await store.findUserById(id)) !== null) return;
    const left = await store.findUserByEmail(email);
    if (left !== null) await store.deleteUser(left.user.id);
    await store.createUser({ id, name, email, emailVerified: false }, { method: "admin" });
  }

  async function addPassword(personId: string, password: string): Promise<void> {
    await store.linkAccount({
      userId: personId,
      providerId: "credential",
      accountId: personId,
      password: await hashing.hash(password),
    });
  }
}

function optionsOf(database: ReturnType<typeof openAccountsFile>, sessionDays: number, secret: string) {
  return {
    database,
    secret,
    baseURL: "http://localhost",
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_CHARACTERS.min,
      maxPasswordLength: PASSWORD_CHARACTERS.max,
    },
    session: { expiresIn: sessionDays * DAY_SECONDS, disableSessionRefresh: true },
    advanced: {
      cookiePrefix: "outlay",
      // Whether a cookie is for https only is known when it is given: see cookiesOf.
      useSecureCookies: false,
      database: { generateId: () => crypto.randomUUID() },
    },
    plugins: [{ id: "outlay", endpoints: { openSession } }],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  } satisfies BetterAuthOptions;
}

/** For somebody who has proved elsewhere who they are. Only called from inside: no address leads here. */
const openSession = createAuthEndpoint(
  "/outlay/open-session",
  {
    method: "POST",
    body: z.object({
      personId: z.string(),
      address: z.string().nullable(),
      userAgent: z.string().nullable(),
      createdAt: z.date(),
    }),
    metadata: { SERVER_ONLY: true },
  },
  async (ctx) => {
    const { personId, address, userAgent, createdAt } = ctx.body;
    const user = await ctx.context.internalAdapter.findUserById(personId);
    if (user === null) throw new Error(`the person ${personId} has no credentials`);
    const facts = { ipAddress: address ?? "", userAgent: userAgent ?? "", createdAt };
    const session = await ctx.context.internalAdapter.createSession(personId, false, facts, true);
    await setSessionCookie(ctx, { session, user });
    return { id: session.id };
  },
);

function cookiesOf(headers: Headers, { isSecure }: Visit): string[] {
  return headers.getSetCookie().map((cookie) => (isSecure ? `${cookie}; Secure` : cookie));
}

function sessionFrom(session: {
  id: string;
  userId: string;
  createdAt: Date;
  updatedAt: Date;
  expiresAt: Date;
  ipAddress?: string | null;
  userAgent?: string | null;
}): Session {
  return {
    id: session.id,
    personId: session.userId,
    createdAtMs: session.createdAt.getTime(),
    lastUsedAtMs: session.updatedAt.getTime(),
    expiresAtMs: session.expiresAt.getTime(),
    address: session.ipAddress || null,
    userAgent: session.userAgent || null,
  };
}
