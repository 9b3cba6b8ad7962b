import type { Person } from "../../api/account.ts";

/** What each role sees and may do. */
export const ROLES: readonly { value: Person["role"]; label: string }[] = [
  { value: "member", label: "Member: sees their own calls" },
  { value: "viewer", label: "Viewer: sees everybody's, changes nothing" },
  { value: "administrator", label: "Administrator: sees and changes everything" },
];

export const roleName = (role: Person["role"]) => role.charAt(0).toUpperCase() + role.slice(1);
