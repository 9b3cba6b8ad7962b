import { useQueryClient } from "@tanstack/react-query";
import { FIGURES } from "./questions.ts";

/** Asks again for what a change may have changed. Resolves when the answers are there, so that a form closes over the new picture. */
export function useRefresh(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: [FIGURES] });
}
