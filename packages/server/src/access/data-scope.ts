import type { Principal } from "./principal.ts";

/** Whose events somebody may see: everybody's, or those of some values of the dimension `user`. */
export type DataScope = "all" | { users: readonly string[] };

/**
 * Members see their own events, those who lead teams their members' too; administrators and viewers see all. A key that only
 * reads and stands for a user sees that user's. Nobody sees nothing.
 */
export function dataScopeOf(principal: Principal): DataScope {
  if (principal.kind === "open") return "all";
  if (principal.kind === "nobody") return { users: [] };
  if (principal.kind === "person") {
    const { role, user, leadsUsers } = principal.person;
    return role === "member" ? { users: usersOf([user, ...leadsUsers]) } : "all";
  }
  const { scopes, attribution } = principal.key;
  const isNarrow = !scopes.includes("admin") && attribution.user !== undefined && attribution.user !== "";
  return isNarrow ? { users: [attribution.user!] } : "all";
}

/** The user that somebody is, where "one's own" is asked for: also of those who may see all. undefined: none. */
export function ownUserOf(principal: Principal): string | undefined {
  const user = principal.kind === "person" ? principal.person.user : keyUserOf(principal);
  return user === "" ? undefined : user;
}

function keyUserOf(principal: Principal): string | undefined {
  return principal.kind === "key" ? principal.key.attribution.user : undefined;
}

/** May somebody with this scope know of what is about these users alone? null: about others too. */
export function coversUsers(scope: DataScope, users: readonly string[] | null): boolean {
  return scope === "all" || (users !== null && users.length > 0 && users.every((user) => scope.users.includes(user)));
}

/** Sorted and each once, so that the same scope is always written alike; an empty value would mean unattributed events. */
function usersOf(users: string[]): string[] {
  return [...new Set(users.filter((user) => user !== ""))].toSorted();
}
