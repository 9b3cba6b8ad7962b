import { reportQuestion } from "../api/limits.ts";
import type { LimitReport } from "../api/limits.ts";
import { useKeptQuery } from "../api/use-kept-query.ts";

/** How one budget or limit stands, or one account of it. Another one's answer is not shown meanwhile. */
export function useLimitReport(
  id: string,
  value: string | undefined,
): { report: LimitReport | undefined; error: Error | null } {
  const { data, error } = useKeptQuery(reportQuestion(id, value));
  return { report: data?.limit.id === id ? data : undefined, error };
}
