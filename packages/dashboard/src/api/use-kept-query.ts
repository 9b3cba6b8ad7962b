import { useQuery } from "@tanstack/react-query";
import type { QueryKey, UseQueryOptions } from "@tanstack/react-query";
import { useState } from "react";

/** An answer that stays on screen until another takes its place, also when that one never comes. */
export interface Kept<T> {
  data: T | undefined;
  /** When `data` was answered; 0 before the first answer. */
  answeredAtMs: number;
  /** `data` answers an earlier question than the one asked now. */
  isStale: boolean;
  /** The answer to the present question is on its way: what is shown is dimmed. After a failure it no longer is. */
  isWaiting: boolean;
  /** Why there is no answer to the question asked now. */
  error: Error | null;
}

/** `useQuery`, but what was shown outlives a failure. */
export function useKeptQuery<T, K extends QueryKey>(options: UseQueryOptions<T, Error, T, K>): Kept<T> {
  const query = useQuery(options);
  const [kept, setKept] = useState<{ data: T; atMs: number } | null>(null);
  const isNew = query.data !== undefined && !query.isPlaceholderData && query.data !== kept?.data;
  if (isNew && query.data !== undefined) setKept({ data: query.data, atMs: query.dataUpdatedAt });
  const isStale = query.isPlaceholderData || (query.data === undefined && kept !== null);
  return {
    data: query.data ?? kept?.data,
    answeredAtMs: query.dataUpdatedAt || (kept?.atMs ?? 0),
    isStale,
    isWaiting: query.isFetching && (isStale || query.data === undefined),
    error: query.error,
  };
}
