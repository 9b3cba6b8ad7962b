import type { Role } from "./principal.ts";

/** What an OpenID Connect provider's claims mean here. */
export interface ProviderRules {
  /** Domains of people who may make themselves an account; `*`: everybody whom the provider knows. */
  allowedDomains: readonly string[];
  /** The provider checks e-mail addresses, also where it does not say so. */
  trustEmail: boolean;
  /** Of new people in no group that is named in `roles`. */
  role: Role;
  /** Claim with the names of somebody's groups. */
  groupsClaim: string;
  /** By group; of several, the one that allows most. */
  roles: Readonly<Record<string, Role>>;
  /** Names of teams by group. */
  teams: Readonly<Record<string, string>>;
}

/** Somebody as the provider knows them. */
export interface ProviderProfile {
  /** Never given to anybody else by this provider. */
  subject: string;
  name: string;
  /** In lower case; null: it told none. */
  email: string | null;
  /** The address is theirs: they get the account that has it. */
  isEmailVerified: boolean;
  maySignUp: boolean;
  /** By their groups; null: no rule names one of them, and nothing changes. */
  role: Role | null;
  /** Names of teams to which their groups bring them. */
  teams: string[];
  /** Names of teams that groups decide over: out of these they go when they are not in `teams`. */
  decidedTeams: string[];
}

const ROLES_BY_POWER: readonly Role[] = ["administrator", "viewer", "member"];

/** Reads the claims of an ID token, together with those of the user-info endpoint. */
export function readProfile(claims: Record<string, unknown>, rules: ProviderRules): ProviderProfile {
  const email = text(claims["email"])?.toLowerCase() ?? null;
  const isEmailVerified = email !== null && (claims["email_verified"] === true || rules.trustEmail);
  const groups = groupsOf(claims[rules.groupsClaim]);
  const roles = groups.flatMap((group) => ownEntry(rules.roles, group) ?? []);
  return {
    subject: String(claims["sub"]),
    name: text(claims["name"]) ?? text(claims["preferred_username"]) ?? email ?? String(claims["sub"]),
    email,
    isEmailVerified,
    maySignUp: isEmailVerified && isAllowed(email!, rules.allowedDomains),
    role: ROLES_BY_POWER.find((role) => roles.includes(role)) ?? null,
    teams: [...new Set(groups.flatMap((group) => ownEntry(rules.teams, group) ?? []))],
    decidedTeams: [...new Set(Object.values(rules.teams))],
  };
}

function isAllowed(email: string, domains: readonly string[]): boolean {
  const domain = email.slice(email.lastIndexOf("@") + 1);
  return domains.some((allowed) => allowed === "*" || allowed.toLowerCase() === domain);
}

/** A list, one name, or names separated by commas or spaces, as some providers have it. */
function groupsOf(claim: unknown): string[] {
  if (Array.isArray(claim)) return claim.filter((group): group is string => typeof group === "string");
  return typeof claim === "string" ? [claim, ...claim.split(/[\s,]+/)] : [];
}

function ownEntry<T>(entries: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}

function text(claim: unknown): string | null {
  if (typeof claim !== "string") return null;
  const clean = claim
    .replaceAll(/[\p{Cc}\p{Cs}]/gu, "")
    .trim()
    .slice(0, 128);
  return clean === "" ? null : clean;
}
