import { withoutUndefined, lineSchema } from "@outlay/core";
import { z } from "zod";
import type { Accounts } from "../../access/accounts.ts";
import type { OneTimeLink } from "../../access/one-time-links.ts";
import { PASSWORD_CHARACTERS } from "../../access/password.ts";
import type { StoredPerson, Team } from "../../access/people.ts";
import { actorOf } from "../authorize.ts";
import { serverUrlOf } from "../guards.ts";
import { instantOrNull, instantText } from "../instant-text.ts";
import { addRoute, parseAs } from "../route.ts";
import type { App } from "../route.ts";

const tag = "People";

export const personName = lineSchema(128);
export const roleText = z.enum(["administrator", "member", "viewer"]).meta({
  description: "administrator: everything · member: their own data · viewer: everybody's data, changing nothing",
});
export const emailText = z
  .email("expected an e-mail address")
  .max(254)
  .transform((text) => text.toLowerCase());
const userText = lineSchema(256).meta({ description: "The value of the dimension user whose events are theirs" });
const id = z.object({ id: z.string() });

export const personAnswer = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    role: roleText,
    user: z.string(),
    disabled: z.boolean(),
    createdAt: z.string(),
    lastSignInAt: z.string().nullable(),
  })
  .meta({ id: "Person" });
const peopleAnswer = z.strictObject({ people: z.array(personAnswer) });

const newPersonBody = z.strictObject({
  name: personName,
  email: emailText,
  role: roleText.default("member"),
  user: userText.optional().meta({ description: "Default: the e-mail address" }),
  password: z
    .string()
    .min(PASSWORD_CHARACTERS.min, `expected at least ${PASSWORD_CHARACTERS.min} characters`)
    .max(PASSWORD_CHARACTERS.max)
    .optional()
    .meta({ description: "Absent: they choose it through a link, or sign in with the provider", format: "password" }),
});
const personChangeBody = z.strictObject({
  name: personName.optional(),
  email: emailText.optional(),
  role: roleText.optional(),
  user: userText.optional(),
  disabled: z.boolean().optional().meta({ description: "true ends their sessions at once" }),
  password: newPersonBody.shape.password.meta({ description: "A new one; ends their sessions" }),
});

const invitationBody = z.strictObject({
  email: emailText.nullable().default(null).meta({ description: "null: they say their own" }),
  role: roleText.default("member"),
  user: userText.nullable().default(null).meta({ description: "null: their e-mail address" }),
  teams: z.array(z.string()).default([]).meta({ description: "Ids" }),
});
const invitationAnswer = z
  .strictObject({
    id: z.string(),
    email: z.string().nullable(),
    role: roleText,
    user: z.string().nullable(),
    teams: z.array(z.string()),
    createdAt: z.string(),
    expiresAt: z.string(),
  })
  .meta({ id: "Invitation" });
const invitationsAnswer = z.strictObject({ invitations: z.array(invitationAnswer) });
const linkText = z.string().meta({ description: "Good once. In this answer and nowhere else" });

const memberShape = z.strictObject({
  person: z.string().meta({ description: "Id" }),
  lead: z.boolean().default(false).meta({ description: "Sees the data of the team's members" }),
});
const teamBody = z.strictObject({ name: lineSchema(128), members: z.array(memberShape).max(10_000).default([]) });
const teamChangeBody = z.strictObject({
  name: lineSchema(128).optional(),
  members: z.array(memberShape).max(10_000).optional().meta({ description: "All of them: who is not named leaves" }),
});
const teamAnswer = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    members: z.array(
      z.strictObject({ person: z.string(), name: z.string(), email: z.string(), user: z.string(), lead: z.boolean() }),
    ),
    createdAt: z.string(),
  })
  .meta({ id: "Team" });
const teamsAnswer = z.strictObject({ teams: z.array(teamAnswer) });

/** Who has an account, who is invited, and who belongs to whom. */
export function addPeopleRoutes(app: App, accounts: Accounts): void {
  addPeople(app, accounts);
  addInvitations(app, accounts);
  addTeams(app, accounts);
}

function addPeople(app: App, accounts: Accounts): void {
  const path = "/api/v1/people";
  const list = () => ({ people: accounts.people.list().map(wirePerson) });
  addRoute(
    app,
    { method: "get", path, access: "admin", tag, summary: "Everybody with an account", answer: peopleAnswer },
    async () => list(),
  );
  addRoute(
    app,
    {
      method: "post",
      path,
      access: "admin",
      tag,
      summary: "Make an account for somebody",
      body: { schema: newPersonBody, example: { name: "Grace Hopper", email: "grace@example.com", role: "member" } },
      answer: personAnswer,
    },
    async ({ c, body }) => {
      const { password = null, user, ...wanted } = parseAs(newPersonBody, await body(), "invalid_body");
      return wirePerson(await accounts.createPerson({ ...wanted, user: user ?? wanted.email, password }, actorOf(c)));
    },
  );
  addRoute(
    app,
    {
      method: "patch",
      path: `${path}/{id}`,
      access: "admin",
      tag,
      summary: "Change somebody's account; only what is named",
      description: "The last administrator stays one.",
      params: id,
      body: { schema: personChangeBody, example: { role: "viewer" } },
      answer: personAnswer,
    },
    async ({ c, params, body }) => {
      const { password, ...change } = parseAs(personChangeBody, await body(), "invalid_body");
      const actor = actorOf(c);
      if (password !== undefined) await accounts.setPassword(params["id"]!, password, actor);
      return wirePerson(await accounts.changePerson(params["id"]!, withoutUndefined(change), actor));
    },
  );
  addRoute(
    app,
    {
      method: "delete",
      path: `${path}/{id}`,
      access: "admin",
      tag,
      summary: "Remove an account; its events stay",
      params: id,
      answer: peopleAnswer,
    },
    async ({ c, params }) => {
      await accounts.removePerson(params["id"]!, actorOf(c));
      return list();
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/{id}/password-link`,
      access: "admin",
      tag,
      summary: "A link with which somebody chooses a new password",
      params: id,
      answer: z.strictObject({ link: linkText, expiresAt: z.string() }),
    },
    async ({ c, params }) => {
      const { link, url } = await accounts.makePasswordLink(params["id"]!, serverUrlOf(c), actorOf(c));
      return { link: url, expiresAt: instantText(link.expiresAtMs) };
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/{id}/sign-out`,
      access: "admin",
      tag,
      summary: "End all of somebody's sessions",
      params: id,
      answer: personAnswer,
    },
    async ({ c, params }) => wirePerson(await accounts.signOutEverywhere(params["id"]!, actorOf(c))),
  );
}

function addInvitations(app: App, accounts: Accounts): void {
  const path = "/api/v1/invitations";
  const list = () => ({ invitations: accounts.invitations().map(wireInvitation) });
  addRoute(
    app,
    {
      method: "get",
      path,
      access: "admin",
      tag,
      summary: "Invitations that are still good",
      answer: invitationsAnswer,
    },
    async () => list(),
  );
  addRoute(
    app,
    {
      method: "post",
      path,
      access: "admin",
      tag,
      summary: "Invite somebody",
      description: "The answer has a link for you to send; nothing is sent from here. It is good for seven days, once.",
      body: { schema: invitationBody, example: { email: "grace@example.com", role: "member" } },
      answer: z.strictObject({ invitation: invitationAnswer, link: linkText }),
    },
    async ({ c, body }) => {
      const { teams, ...wanted } = parseAs(invitationBody, await body(), "invalid_body");
      const { link, url } = await accounts.invite({ ...wanted, teamIds: teams }, serverUrlOf(c), actorOf(c));
      return { invitation: wireInvitation(link), link: url };
    },
  );
  addRoute(
    app,
    {
      method: "delete",
      path: `${path}/{id}`,
      access: "admin",
      tag,
      summary: "Take an invitation back",
      params: id,
      answer: invitationsAnswer,
    },
    async ({ c, params }) => {
      await accounts.withdrawInvitation(params["id"]!, actorOf(c));
      return list();
    },
  );
}

function addTeams(app: App, accounts: Accounts): void {
  const path = "/api/v1/teams";
  const { people } = accounts;
  const wire = (team: Team) => wireTeam(team, (personId) => people.get(personId));
  const list = () => ({ teams: people.teams().map(wire) });
  addRoute(
    app,
    { method: "get", path, access: "admin", tag, summary: "All teams with their members", answer: teamsAnswer },
    async () => list(),
  );
  addRoute(
    app,
    {
      method: "post",
      path,
      access: "admin",
      tag,
      summary: "Make a team",
      body: { schema: teamBody, example: { name: "Search", members: [] } },
      answer: teamAnswer,
    },
    async ({ c, body }) => {
      const { name, members } = parseAs(teamBody, await body(), "invalid_body");
      return wire(await accounts.createTeam({ name, members: members.map(storedMember) }, actorOf(c)));
    },
  );
  addRoute(
    app,
    {
      method: "patch",
      path: `${path}/{id}`,
      access: "admin",
      tag,
      summary: "Change a team; only what is named",
      params: id,
      body: { schema: teamChangeBody, example: { members: [{ person: "0197…", lead: true }] } },
      answer: teamAnswer,
    },
    async ({ c, params, body }) => {
      const { name, members } = parseAs(teamChangeBody, await body(), "invalid_body");
      const change = withoutUndefined({ name, members: members?.map(storedMember) });
      return wire(await accounts.changeTeam(params["id"]!, change, actorOf(c)));
    },
  );
  addRoute(
    app,
    {
      method: "delete",
      path: `${path}/{id}`,
      access: "admin",
      tag,
      summary: "Remove a team; its people stay",
      params: id,
      answer: teamsAnswer,
    },
    async ({ c, params }) => {
      await accounts.removeTeam(params["id"]!, actorOf(c));
      return list();
    },
  );
}

/** As the API tells of somebody. */
export function wirePerson({ createdAtMs, lastSignInAtMs, ...person }: StoredPerson): z.output<typeof personAnswer> {
  return {
    ...person,
    createdAt: instantText(createdAtMs),
    lastSignInAt: instantOrNull(lastSignInAtMs),
  };
}

function wireInvitation({
  id: linkId,
  purpose,
  createdAtMs,
  expiresAtMs,
}: OneTimeLink): z.output<typeof invitationAnswer> {
  if (purpose.kind !== "invitation") throw new Error("this link is for a password");
  const { teamIds, ...invitation } = purpose.invitation;
  return {
    id: linkId,
    ...invitation,
    teams: teamIds,
    createdAt: instantText(createdAtMs),
    expiresAt: instantText(expiresAtMs),
  };
}

function wireTeam(
  { createdAtMs, members, ...team }: Team,
  personOf: (id: string) => StoredPerson | null,
): z.output<typeof teamAnswer> {
  return {
    ...team,
    createdAt: instantText(createdAtMs),
    members: members.flatMap(({ personId, lead }) => {
      const person = personOf(personId);
      if (person === null) return [];
      const { name, email, user } = person;
      return [{ person: personId, name, email, user, lead }];
    }),
  };
}

function storedMember({ person, lead }: z.output<typeof memberShape>) {
  return { personId: person, lead };
}
