import { useQueryClient } from "@tanstack/react-query";
import { FIGURES } from "./questions.ts";

/**
 * Asks again for what a change may have changed. Resolves when the answers are there, so that a form closes over the new
 * picture. What was deleted is not asked for again: its id is named.
 */
export function useRefresh(): (deleted?: string) => Promise<void> {
  const queries = useQueryClient();
  return async (deleted) => {
    const isOfDeleted = (address: unknown) => deleted !== undefined && String(address).includes(deleted);
    await queries.invalidateQueries({ queryKey: [FIGURES], predicate: ({ queryKey }) => !isOfDeleted(queryKey[1]) });
  };
}
