import { randomUUID } from "node:crypto";
import { InvalidInput } from "@outlay/core";
import type { AccountParts } from "./account-parts.ts";
import type { Invitation, OneTimeLink } from "./one-time-links.ts";
import type { PersonChange, StoredPerson, Team, TeamMember } from "./people.ts";
import type { Role } from "./principal.ts";

export interface NewPerson {
  name: string;
  /** In lower case. */
  email: string;
  role: Role;
  user: string;
  /** null: they sign in with the provider, or choose one through a link. */
  password: string | null;
}

/** What administrators do with people and teams. Everything is in the audit trail, by `actor`. */
export interface PeopleDesk {
  /** InvalidInput `email_taken`. */
  createPerson(wanted: NewPerson, actor: string): Promise<StoredPerson>;
  /** Who is disabled has no session any more. InvalidInput `person_not_found`, `email_taken`, `last_administrator`. */
  changePerson(id: string, change: PersonChange, actor: string): Promise<StoredPerson>;
  /** Ends their sessions. InvalidInput `person_not_found`. */
  setPassword(id: string, password: string, actor: string): Promise<StoredPerson>;
  /** InvalidInput `person_not_found`. */
  signOutEverywhere(id: string, actor: string): Promise<StoredPerson>;
  /** InvalidInput `person_not_found`, `last_administrator`. */
  removePerson(id: string, actor: string): Promise<void>;
  /** Still good, newest first. */
  invitations(): OneTimeLink[];
  /** `serverUrl`: where browsers find this server. InvalidInput `email_taken`, `team_not_found`. */
  invite(wanted: Invitation, serverUrl: string, actor: string): Promise<{ link: OneTimeLink; url: string }>;
  /** InvalidInput `invitation_not_found`. */
  withdrawInvitation(id: string, actor: string): Promise<void>;
  /** InvalidInput `person_not_found`. */
  makePasswordLink(id: string, serverUrl: string, actor: string): Promise<{ link: OneTimeLink; url: string }>;
  /** InvalidInput `team_name_taken`, `person_not_found`. */
  createTeam(wanted: { name: string; members: TeamMember[] }, actor: string): Promise<Team>;
  /** InvalidInput `team_not_found`, `team_name_taken`, `person_not_found`. */
  changeTeam(id: string, change: { name?: string; members?: TeamMember[] }, actor: string): Promise<Team>;
  /** InvalidInput `team_not_found`. */
  removeTeam(id: string, actor: string): Promise<void>;
}

const DAY_MS = 86_400_000;
const INVITATION_MS = 7 * DAY_MS;
const PASSWORD_LINK_MS = DAY_MS;

export function openPeopleDesk(parts: AccountParts): PeopleDesk {
  const { people, links, sessions, now, audit } = parts;
  const endSessions = async (id: string) => {
    const credentials = await parts.credentials();
    await credentials.endSessionsOf(id);
    sessions.forget();
  };
  /** Accounts are made one after the other: the second with the same address must find the first. */
  let lastMade: Promise<unknown> = Promise.resolve();

  return {
    createPerson(wanted, actor) {
      const made = lastMade.then(() => createPerson(parts, wanted, actor));
      lastMade = made.catch(() => {});
      return made;
    },
    async changePerson(id, change, actor) {
      const before = knownPerson(parts, id);
      const after = await people.change(id, change);
      sessions.forget();
      if (after.disabled && !before.disabled) await endSessions(id);
      if (after.email !== before.email || after.name !== before.name) {
        await (await parts.credentials()).rename(id, after);
      }
      await audit(actor, "person_changed", { id, email: after.email, change });
      return after;
    },
    async setPassword(id, password, actor) {
      const person = knownPerson(parts, id);
      await (await parts.credentials()).setPassword(person, password);
      await endSessions(id);
      await links.removeOf(id);
      await audit(actor, "password_changed", { id, email: person.email });
      return person;
    },
    async signOutEverywhere(id, actor) {
      const person = knownPerson(parts, id);
      await endSessions(id);
      await audit(actor, "signed_out_everywhere", { id, email: person.email });
      return person;
    },
    async removePerson(id, actor) {
      const person = await people.remove(id);
      sessions.forget();
      await links.removeOf(id);
      await (await parts.credentials()).remove(id);
      await audit(actor, "person_removed", { id, email: person.email });
    },
    invitations: () => links.list().filter(({ purpose }) => purpose.kind === "invitation"),
    async invite(wanted, serverUrl, actor) {
      for (const id of wanted.teamIds) people.team(id);
      if (wanted.email !== null) requireFreeEmail(parts, wanted.email);
      const { link, token } = await links.make({ kind: "invitation", invitation: wanted }, INVITATION_MS);
      await audit(actor, "person_invited", { id: link.id, ...wanted });
      return { link, url: linkUrl(serverUrl, token) };
    },
    async withdrawInvitation(id, actor) {
      await links.remove(id);
      await audit(actor, "invitation_withdrawn", { id });
    },
    async makePasswordLink(id, serverUrl, actor) {
      const person = knownPerson(parts, id);
      const { link, token } = await links.make({ kind: "password", personId: id }, PASSWORD_LINK_MS);
      await audit(actor, "password_link_made", { id, email: person.email });
      return { link, url: linkUrl(serverUrl, token) };
    },
    async createTeam(wanted, actor) {
      const team = await people.addTeam(wanted, now());
      await audit(actor, "team_created", { id: team.id, ...wanted });
      return team;
    },
    async changeTeam(id, change, actor) {
      const team = await people.changeTeam(id, change);
      await audit(actor, "team_changed", { id, name: team.name, change });
      return team;
    },
    async removeTeam(id, actor) {
      const { name } = await people.removeTeam(id);
      await audit(actor, "team_removed", { id, name });
    },
  };
}

async function createPerson(parts: AccountParts, wanted: NewPerson, actor: string): Promise<StoredPerson> {
  const { name, email, role, user, password } = wanted;
  requireFreeEmail(parts, email);
  const credentials = await parts.credentials();
  const id = randomUUID();
  // Without an entry among the people nobody can sign in: a crash in between leaves nothing but what the next one replaces.
  await credentials.create({ id, name, email, password });
  const person: StoredPerson = {
    id,
    name,
    email,
    role,
    user,
    disabled: false,
    createdAtMs: parts.now(),
    lastSignInAtMs: null,
  };
  await parts.people.add(person);
  await parts.audit(actor, "person_created", { id, email, role, user });
  return person;
}

function knownPerson({ people }: AccountParts, id: string): StoredPerson {
  const person = people.get(id);
  if (person !== null) return person;
  throw new InvalidInput("person_not_found", `There is no person with the id ${id}; see GET /api/v1/people`, {
    field: "id",
    status: 404,
  });
}

function requireFreeEmail({ people }: AccountParts, email: string): void {
  if (people.byEmail(email) === null) return;
  throw new InvalidInput("email_taken", `Somebody with the e-mail address "${email}" has an account already`, {
    field: "email",
    status: 409,
  });
}

/** Behind the #, which browsers tell nobody: no log and no other site gets to see the token. */
function linkUrl(serverUrl: string, token: string): string {
  return `${serverUrl}/sign-in/link#${token}`;
}
