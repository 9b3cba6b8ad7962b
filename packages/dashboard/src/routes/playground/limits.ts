import type { CostSum } from "@outlay/react";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { getJson } from "../../api/client.ts";
import { PLAYGROUND_USER } from "./chat-request.ts";

/** How much of one limit is used. */
export interface LimitUse {
  period: "day" | "week" | "month" | "session";
  /** US dollars. */
  limit: number;
  used: number;
  /** 0 to 100 and beyond. */
  percentage: number;
}

/** The limits that the playground's calls count towards. Empty: nobody has set any. */
export function limitsQuestion(session: string, spent: CostSum) {
  return queryOptions({
    // Each call that is recorded moves them.
    queryKey: ["limits", session, spent.calls, spent.costUsd],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const params = new URLSearchParams({ userId: PLAYGROUND_USER, sessionId: session });
      const { limits } = await getJson<{ limits: LimitUse[] }>("/api/analytics/check-limit", params, signal);
      return limits;
    },
  });
}
