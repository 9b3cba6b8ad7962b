import { useQuery } from "@tanstack/react-query";
import { accountQuestion } from "./account.ts";
import type { Person } from "./account.ts";

/** Who looks at the page, and what they may do. */
export interface Viewer {
  /** Null where there are no accounts: then everybody may do everything. */
  person: Person | null;
  isAdministrator: boolean;
  /** May look at everybody's data; members see their own. */
  seesEverybody: boolean;
}

/** Undefined until the server has said. */
export function useViewer(): Viewer | undefined {
  const { data: account } = useQuery(accountQuestion);
  if (account === undefined) return undefined;
  const { person } = account;
  return {
    person,
    isAdministrator: person === null || person.role === "administrator",
    seesEverybody: person === null || person.role !== "member",
  };
}
