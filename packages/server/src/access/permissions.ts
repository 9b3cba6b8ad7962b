import type { Scope } from "../keys/keys.ts";
import type { AccessRule, Principal, Role } from "./principal.ts";

/** What a principal gets of an operation; `unknown`: they have to say first who they are. */
export type Permission = "granted" | "unknown" | "refused";

/** Scopes of which a key needs one. A key with the scope admin may do everything that is not about a person. */
const SCOPES_FOR: Record<AccessRule, readonly Scope[]> = {
  public: [],
  ingest: ["ingest", "admin"],
  gateway: ["gateway", "admin"],
  read: ["read", "admin"],
  self: [],
  admin: ["admin"],
};

const EVERYBODY: readonly Role[] = ["administrator", "member", "viewer"];
const ADMINISTRATORS: readonly Role[] = ["administrator"];
const ROLES_FOR: Record<AccessRule, readonly Role[]> = {
  public: EVERYBODY,
  ingest: ADMINISTRATORS,
  gateway: EVERYBODY,
  read: EVERYBODY,
  self: EVERYBODY,
  admin: ADMINISTRATORS,
};

/** May they use an operation with this rule? What they see of the data is another question: see data-scope.ts. */
export function permissionOf(principal: Principal, rule: AccessRule): Permission {
  if (rule === "public" || principal.kind === "open") return "granted";
  if (principal.kind === "nobody") return "unknown";
  const granted =
    principal.kind === "key"
      ? SCOPES_FOR[rule].some((scope) => principal.key.scopes.includes(scope))
      : ROLES_FOR[rule].includes(principal.person.role);
  return granted ? "granted" : "refused";
}

/** What would be needed, in words: `the scope read`, `an administrator`. */
export function requirementOf(principal: Principal, rule: AccessRule): string {
  if (principal.kind !== "key") return "an administrator";
  const [scope] = SCOPES_FOR[rule];
  return scope === undefined ? "a person who has signed in" : `a key with the scope ${scope}`;
}
