import { useQueryClient } from "@tanstack/react-query";
import { FIGURES } from "../../api/questions.ts";
import { RECONCILIATION } from "../../api/reconciliation.ts";

/** Asks again for what an invoice, an adjustment or a run may have changed: an adjustment is a cost, too. */
export function useAskedAnew(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: [RECONCILIATION] }),
      queries.invalidateQueries({ queryKey: [FIGURES] }),
    ]);
  };
}
