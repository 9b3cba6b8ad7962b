import { InvalidInput, ProviderFailed } from "@outlay/core";
import type { AccountParts, Visit } from "./account-parts.ts";
import type { Asked, ProviderErrand } from "./identity-provider.ts";
import type { PeopleDesk } from "./people-desk.ts";
import type { StoredPerson } from "./people.ts";
import type { Role } from "./principal.ts";
import { readProfile, type ProviderProfile, type ProviderRules } from "./provider-profile.ts";
import { beginSession } from "./sign-in-desk.ts";

/** How people come in with an OpenID Connect provider. */
export interface ProviderDesk {
  /** `serverUrl`: where browsers find this server. InvalidInput `no_provider`; ProviderFailed `sign_in_provider_unreachable`. */
  beginProviderSignIn(returnTo: string, serverUrl: string, visit: Visit): Promise<{ url: string; cookies: string[] }>;
  /** Where the browser goes next: back to where it began, or to the sign-in page with the reason why not. */
  endProviderSignIn(
    query: URLSearchParams,
    headers: Headers,
    visit: Visit,
  ): Promise<{ location: string; cookies: string[] }>;
}

/** Keeps an errand in the browser's cookie, where nobody can read or change it. */
export interface ErrandLock {
  lock(text: string): string;
  /** null: it is none of ours. */
  unlock(cookie: string): string | null;
}

type Provider = ProviderRules & { issuer: string };

const COOKIE = "outlay.sign_in_errand";
const CALLBACK_PATH = "/api/v1/account/provider/callback";
const ERRAND_SECONDS = 600;

interface Errand extends ProviderErrand {
  callbackUrl: string;
  returnTo: string;
  untilMs: number;
}

export function openProviderDesk(
  parts: AccountParts,
  desk: PeopleDesk,
  provider: Provider | null,
  errandLock: () => Promise<ErrandLock>,
): ProviderDesk {
  const { now } = parts;
  return {
    async beginProviderSignIn(returnTo, serverUrl, visit) {
      const identities = await parts.identityProvider();
      const callbackUrl = serverUrl + CALLBACK_PATH;
      const { url, errand } = answerOf(await identities.begin(callbackUrl));
      const kept: Errand = { ...errand, callbackUrl, returnTo, untilMs: now() + ERRAND_SECONDS * 1_000 };
      const locked = (await errandLock()).lock(JSON.stringify(kept));
      return { url, cookies: [errandCookie(locked, ERRAND_SECONDS, visit)] };
    },
    async endProviderSignIn(query, headers, visit) {
      const forget = errandCookie("", 0, visit);
      try {
        const errand = await errandOf(headers, await errandLock(), now());
        const identities = await parts.identityProvider();
        const claims = answerOf(await identities.end(errand.callbackUrl, query, errand));
        const person = await personBehind(parts, desk, readProfile(claims, provider!), provider!);
        const { cookies } = await beginSession(parts, person.id, visit, "provider");
        return { location: errand.returnTo, cookies: [forget, ...cookies] };
      } catch (error) {
        if (!(error instanceof InvalidInput) && !(error instanceof ProviderFailed)) throw error;
        const { address, userAgent } = visit;
        await parts.audit("nobody", "sign_in_failed", { address, userAgent, with: "provider", reason: error.code });
        return { location: `/sign-in?problem=${error.code}`, cookies: [forget] };
      }
    },
  };
}

function answerOf<T>(asked: Asked<T>): T {
  if (asked.kind === "answered") return asked.answer;
  if (asked.kind === "refused") throw new InvalidInput("sign_in_provider_refused", asked.reason, { status: 403 });
  throw new ProviderFailed("sign_in_provider_unreachable", asked.reason, { retryable: true });
}

/** Somebody whom the provider has brought before, who has the same checked address, or who may make an account. */
async function personBehind(
  parts: AccountParts,
  desk: PeopleDesk,
  profile: ProviderProfile,
  provider: Provider,
): Promise<StoredPerson> {
  const { issuer } = provider;
  const credentials = await parts.credentials();
  const knownId = await credentials.personOfProvider(issuer, profile.subject);
  const known = knownId === null ? byCheckedEmail(parts, profile) : parts.people.get(knownId);
  const person = known ?? (await signUp(desk, profile, provider.role));
  if (person.disabled) throw new InvalidInput("account_disabled", "This account is disabled", { status: 403 });
  if (knownId !== person.id) await credentials.linkProvider(person, issuer, profile.subject);
  return applyGroups(parts, desk, person, profile);
}

function byCheckedEmail({ people }: AccountParts, { email, isEmailVerified }: ProviderProfile): StoredPerson | null {
  return email !== null && isEmailVerified ? people.byEmail(email) : null;
}

async function signUp(desk: PeopleDesk, profile: ProviderProfile, usualRole: Role): Promise<StoredPerson> {
  const { email, name, role, maySignUp } = profile;
  if (!maySignUp || email === null) {
    throw new InvalidInput(
      "no_account_here",
      "There is no account for this person, and they may not make one themselves",
      { status: 403 },
    );
  }
  return desk.createPerson({ name, email, role: role ?? usualRole, user: email, password: null }, "provider");
}

/** The provider decides, at each sign-in; the last administrator stays one all the same. */
async function applyGroups(
  { people }: AccountParts,
  desk: PeopleDesk,
  person: StoredPerson,
  { role, teams, decidedTeams }: ProviderProfile,
): Promise<StoredPerson> {
  if (role !== null && role !== person.role) {
    await desk.changePerson(person.id, { role }, "provider").catch(unlessLastAdministrator);
  }
  for (const name of decidedTeams) await moveInto(people, desk, person, { name, belongs: teams.includes(name) });
  return people.get(person.id) ?? person;
}

async function moveInto(
  people: AccountParts["people"],
  desk: PeopleDesk,
  { id }: StoredPerson,
  { name, belongs }: { name: string; belongs: boolean },
): Promise<void> {
  const team = people.teams().find((it) => it.name.toLowerCase() === name.toLowerCase());
  const isMember = team?.members.some(({ personId }) => personId === id) === true;
  if (belongs === isMember) return;
  const members = belongs
    ? [...(team?.members ?? []), { personId: id, lead: false }]
    : team!.members.filter(({ personId }) => personId !== id);
  await (team === undefined
    ? desk.createTeam({ name, members }, "provider")
    : desk.changeTeam(team.id, { members }, "provider"));
}

function unlessLastAdministrator(error: unknown): void {
  if (!(error instanceof InvalidInput) || error.code !== "last_administrator") throw error;
}

async function errandOf(headers: Headers, { unlock }: ErrandLock, nowMs: number): Promise<Errand> {
  const pairs = (headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  const cookie = pairs.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
  const text = cookie === undefined ? null : unlock(cookie);
  const errand = text === null ? null : (JSON.parse(text) as Errand);
  if (errand !== null && errand.untilMs > nowMs) return errand;
  throw new InvalidInput("sign_in_expired", "This sign-in was begun elsewhere, or too long ago: begin again", {
    status: 403,
  });
}

function errandCookie(value: string, seconds: number, { isSecure }: Visit): string {
  return `${COOKIE}=${value}; Path=${CALLBACK_PATH}; Max-Age=${seconds}; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;
}
