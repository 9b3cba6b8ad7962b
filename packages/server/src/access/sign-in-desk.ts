import { InvalidInput } from "@outlay/core";
import { actorName, type AccountParts, type SignedIn, type Visit } from "./account-parts.ts";
import type { Session } from "./credentials.ts";
import type { PeopleDesk } from "./people-desk.ts";
import type { Role } from "./principal.ts";
import type { SetUpCode } from "./set-up-code.ts";

/** One of somebody's sessions, as they see it. */
export interface ListedSession extends Session {
  /** The one that asks. */
  current: boolean;
}

/** How people come in with a password, and go out. Every try is in the audit trail. */
export interface SignInDesk {
  /** Makes the first administrator. InvalidInput `already_set_up`, `wrong_set_up_code`, `too_many_sign_ins`. */
  setUp(wanted: NewAdministrator, visit: Visit): Promise<SignedIn>;
  /** InvalidInput `sign_in_failed` (401), whatever was wrong; `too_many_sign_ins` (429). */
  signIn(wanted: { email: string; password: string }, visit: Visit): Promise<SignedIn>;
  /** Ends the session of these headers, if there is one. Answers with what makes the browser forget it. */
  signOut(headers: Headers, visit: Visit): Promise<string[]>;
  /** Moves the end of a session that is used, at most once a day; answers with its cookie when that happened. */
  renew(headers: Headers, visit: Visit): Promise<string[]>;
  /** Newest first. */
  sessionsOf(personId: string, headers: Headers): Promise<ListedSession[]>;
  /** InvalidInput `session_not_found`. */
  endSession(personId: string, sessionId: string, actor: string): Promise<void>;
  /** One's own; ends every session and begins a new one. InvalidInput `sign_in_failed`, `too_many_sign_ins`. */
  changePassword(
    personId: string,
    wanted: { currentPassword: string; newPassword: string },
    visit: Visit,
  ): Promise<SignedIn>;
  /** InvalidInput `link_not_valid` (410). */
  describeLink(token: string): LinkDescription;
  /** Uses a link, and signs in. InvalidInput `link_not_valid`, `missing_field`, `email_taken`. */
  acceptLink(
    wanted: { token: string; name: string | null; email: string | null; password: string },
    visit: Visit,
  ): Promise<SignedIn>;
}

export interface NewAdministrator {
  /** The one of the terminal; null: none was given. */
  code: string | null;
  name: string;
  email: string;
  password: string;
}

export interface LinkDescription {
  kind: "invitation" | "password";
  /** null: they say their own. */
  email: string | null;
  role: Role;
  expiresAtMs: number;
}

/** `code`: without it nobody is set up; null: none is needed. */
export function openSignInDesk(parts: AccountParts, desk: PeopleDesk, code: SetUpCode | null): SignInDesk {
  const { people, links, sessions: cache } = parts;
  let settingUp = false;
  return {
    async setUp({ code: given, ...wanted }, visit) {
      if (code !== null) await checkCode(parts, code, given, visit);
      if (people.hasAny() || settingUp) throw alreadySetUp();
      settingUp = true;
      try {
        const person = await desk.createPerson({ ...wanted, role: "administrator", user: wanted.email }, "set-up");
        return await beginSession(parts, person.id, visit, "password");
      } finally {
        settingUp = false;
      }
    },
    async signIn({ email, password }, visit) {
      const attempt = await parts.throttle.begin({ account: email, address: visit.address ?? "inside" });
      const signedIn = await checkPassword(parts, { email, password }, visit);
      await attempt.succeeded();
      return signedIn;
    },
    async signOut(headers, visit) {
      if (!people.hasAny()) return [];
      const credentials = await parts.credentials();
      const session = await credentials.sessionOf(headers);
      if (session !== null) {
        await credentials.endSession(session.personId, session.id);
        cache.forget();
        const person = people.get(session.personId);
        if (person !== null) await parts.audit(actorName(person), "signed_out", whence(visit));
      }
      return credentials.forgottenCookies(visit);
    },
    async renew(headers, visit) {
      return (await parts.credentials()).renew(headers, visit);
    },
    async sessionsOf(personId, headers) {
      const credentials = await parts.credentials();
      const current = await credentials.sessionOf(headers);
      const sessions = await credentials.sessionsOf(personId);
      return sessions.map((session) => ({ ...session, current: session.id === current?.id }));
    },
    async endSession(personId, sessionId, actor) {
      const ended = await (await parts.credentials()).endSession(personId, sessionId);
      cache.forget();
      if (!ended) {
        throw new InvalidInput("session_not_found", `You have no session with the id ${sessionId}`, {
          field: "id",
          status: 404,
        });
      }
      await parts.audit(actor, "session_ended", { id: sessionId });
    },
    async changePassword(personId, { currentPassword, newPassword }, visit) {
      const person = people.get(personId);
      if (person === null) throw signInFailed();
      const attempt = await parts.throttle.begin({ account: person.email, address: visit.address ?? "inside" });
      const credentials = await parts.credentials();
      if (!(await credentials.isPassword(personId, currentPassword))) {
        await parts.audit(actorName(person), "sign_in_failed", { ...whence(visit), reason: "wrong password" });
        throw new InvalidInput("wrong_password", "The current password is not right", {
          field: "currentPassword",
          status: 403,
        });
      }
      await attempt.succeeded();
      await desk.setPassword(personId, newPassword, actorName(person));
      return beginSession(parts, personId, visit, "password");
    },
    describeLink(token) {
      const { purpose, expiresAtMs } = links.find(token);
      if (purpose.kind === "invitation") {
        const { email, role } = purpose.invitation;
        return { kind: "invitation", email, role, expiresAtMs };
      }
      const person = people.get(purpose.personId);
      if (person === null) throw signInFailed();
      return { kind: "password", email: person.email, role: person.role, expiresAtMs };
    },
    async acceptLink({ token, name, email, password }, visit) {
      const { purpose } = links.find(token);
      if (purpose.kind === "password") {
        await links.take(token);
        const person = people.get(purpose.personId);
        if (person === null || person.disabled) throw signInFailed();
        await desk.setPassword(person.id, password, actorName(person));
        return beginSession(parts, person.id, visit, "password");
      }
      const { invitation } = purpose;
      const address = invitation.email ?? email;
      if (address === null) throw missing("email");
      if (name === null) throw missing("name");
      if (people.byEmail(address) !== null) throw emailTaken(address);
      await links.take(token);
      const { role, user, teamIds } = invitation;
      const person = await desk.createPerson(
        { name, email: address, role, user: user ?? address, password },
        `invitation of ${address}`,
      );
      await joinTeams(parts, desk, person.id, teamIds);
      return beginSession(parts, person.id, visit, "password");
    },
  };
}

async function checkCode(
  { throttle }: AccountParts,
  code: SetUpCode,
  given: string | null,
  visit: Visit,
): Promise<void> {
  const attempt = await throttle.begin({ account: "set-up", address: visit.address ?? "inside" });
  if (given === null || !code.matches(given)) {
    throw new InvalidInput("wrong_set_up_code", "That is not the code that the server has printed in its terminal", {
      field: "code",
      status: 403,
    });
  }
  await attempt.succeeded();
}

/** Takes as long, and says the same, whether there is no such account, it is disabled, or the password is wrong. */
async function checkPassword(
  parts: AccountParts,
  { email, password }: { email: string; password: string },
  visit: Visit,
): Promise<SignedIn> {
  const { people, audit } = parts;
  if (!people.hasAny()) throw signInFailed();
  const person = people.byEmail(email);
  const credentials = await parts.credentials();
  if (person === null || !(await credentials.isPassword(person.id, password))) {
    if (person === null) await credentials.takeAsLong(password);
    await audit(person === null ? "nobody" : actorName(person), "sign_in_failed", {
      ...whence(visit),
      reason: person === null ? "no such account" : "wrong password",
    });
    throw signInFailed();
  }
  if (person.disabled) {
    await audit(actorName(person), "sign_in_failed", { ...whence(visit), reason: "the account is disabled" });
    throw signInFailed();
  }
  return beginSession(parts, person.id, visit, "password");
}

/** A session for somebody who has proved who they are. */
export async function beginSession(
  parts: AccountParts,
  personId: string,
  visit: Visit,
  how: "password" | "provider",
): Promise<SignedIn> {
  const { people, now, audit } = parts;
  const cookies = await (await parts.credentials()).openSession(personId, visit);
  await people.signedIn(personId, now());
  const person = people.get(personId);
  if (person === null) throw signInFailed();
  await audit(actorName(person), "signed_in", { ...whence(visit), with: how });
  return { person, cookies };
}

/** Teams that are gone since are left out. */
async function joinTeams(
  { people }: AccountParts,
  desk: PeopleDesk,
  personId: string,
  teamIds: string[],
): Promise<void> {
  for (const team of people.teams().filter(({ id }) => teamIds.includes(id))) {
    const members = [...team.members, { personId, lead: false }];
    await desk.changeTeam(team.id, { members }, `invitation of ${personId}`);
  }
}

function whence({ address, userAgent }: Visit) {
  return { address, userAgent };
}

function signInFailed(): InvalidInput {
  return new InvalidInput("sign_in_failed", "The e-mail address or the password is not right", { status: 401 });
}

function alreadySetUp(): InvalidInput {
  return new InvalidInput("already_set_up", "There is an administrator already: sign in, or ask for an invitation", {
    status: 409,
  });
}

function emailTaken(email: string): InvalidInput {
  return new InvalidInput("email_taken", `Somebody with the e-mail address "${email}" has an account already`, {
    field: "email",
    status: 409,
  });
}

function missing(field: string): InvalidInput {
  return new InvalidInput("missing_field", `${field} is missing`, { field });
}
