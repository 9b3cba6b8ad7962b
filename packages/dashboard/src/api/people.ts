import { queryOptions } from "@tanstack/react-query";
import type { Person } from "./account.ts";
import { getJson, sendJson } from "./client.ts";

/** An account, as administrators see it. */
export interface ListedPerson extends Person {
  disabled: boolean;
  createdAt: string;
  /** Null: never. */
  lastSignInAt: string | null;
}

export interface Invitation {
  id: string;
  /** Null: whoever has the link says their own. */
  email: string | null;
  role: Person["role"];
  user: string | null;
  /** Ids. */
  teams: string[];
  createdAt: string;
  expiresAt: string;
}

export interface Team {
  id: string;
  name: string;
  members: { person: string; name: string; email: string; user: string; lead: boolean }[];
  createdAt: string;
}

/** `person` is an id; who leads sees the data of the team's members. */
export interface TeamMember {
  person: string;
  lead: boolean;
}

/** Everything about people is asked anew together: an accepted invitation is a person, a removed one leaves their teams. */
export const PEOPLE = "people";

function asked<T>(path: `/${string}`) {
  return queryOptions({
    queryKey: [PEOPLE, path],
    queryFn: ({ signal }) => getJson<T>(path, new URLSearchParams(), signal),
  });
}

const at = (path: `/${string}`, id: string): `/${string}` => `${path}/${encodeURIComponent(id)}`;

export const peopleQuestion = asked<{ people: ListedPerson[] }>("/api/v1/people");
export const invitationsQuestion = asked<{ invitations: Invitation[] }>("/api/v1/invitations");
export const teamsQuestion = asked<{ teams: Team[] }>("/api/v1/teams");

export const createPerson = (body: Record<string, unknown>) => sendJson<ListedPerson>("POST", "/api/v1/people", body);
export const changePerson = (id: string, body: Record<string, unknown>) =>
  sendJson<ListedPerson>("PATCH", at("/api/v1/people", id), body);
export const removePerson = (id: string) => sendJson("DELETE", at("/api/v1/people", id));
export const signOutPerson = (id: string) => sendJson("POST", `${at("/api/v1/people", id)}/sign-out`);
/** The link is in this answer and nowhere else. */
export const makePasswordLink = (id: string) =>
  sendJson<{ link: string; expiresAt: string }>("POST", `${at("/api/v1/people", id)}/password-link`);

/** The link is in this answer and nowhere else. */
export const invite = (body: Record<string, unknown>) =>
  sendJson<{ invitation: Invitation; link: string }>("POST", "/api/v1/invitations", body);
export const withdrawInvitation = (id: string) => sendJson("DELETE", at("/api/v1/invitations", id));

export const createTeam = (body: { name: string; members: TeamMember[] }) =>
  sendJson<Team>("POST", "/api/v1/teams", body);
export const changeTeam = (id: string, body: { name: string; members: TeamMember[] }) =>
  sendJson<Team>("PATCH", at("/api/v1/teams", id), body);
export const removeTeam = (id: string) => sendJson("DELETE", at("/api/v1/teams", id));
