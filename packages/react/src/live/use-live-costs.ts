import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { LiveTotals, OutlayEvent } from "../api/answers.ts";
import type { LiveStatus } from "../api/live-stream.ts";
import { useOutlay } from "../outlay-provider.tsx";
import { NOTHING_HEARD, hear } from "./live-costs.ts";
import type { HeardCosts } from "./live-costs.ts";

export interface LiveCostsOptions {
  /** Which calls to hear of; absent: all. */
  filter?: ((event: OutlayEvent) => boolean) | undefined;
  /** How many calls to keep; the sums know all of them. */
  limit?: number | undefined;
  /** False: do not listen. */
  enabled?: boolean | undefined;
}

export interface LiveCosts extends HeardCosts {
  /** `away`: the server does not answer; what was heard stays, and nothing is missed unless `resets` goes up. */
  status: LiveStatus;
  /** Today of everybody, in the server's zone; null before the server has said it. */
  today: LiveTotals | null;
  /** How often more was missed than the server keeps: then ask again for what you show. */
  resets: number;
}

/**
 * Calls as they are recorded, from the moment on that the component is mounted. A burst is one render; all
 * components under one provider share a connection, and a break loses nothing.
 */
export function useLiveCosts({ filter, limit = 50, enabled = true }: LiveCostsOptions = {}): LiveCosts {
  const { live } = useOutlay();
  const [heard, setHeard] = useState({ ...NOTHING_HEARD, resets: 0 });
  const watch = useCallback(
    (changed: () => void) => (enabled ? live.listen({ status: changed, totals: changed }) : () => {}),
    [live, enabled],
  );
  const status = useSyncExternalStore(
    watch,
    () => live.status,
    () => "idle" as const,
  );
  const today = useSyncExternalStore(
    watch,
    () => live.today,
    () => null,
  );
  const latest = useRef({ filter, limit });
  useEffect(() => {
    latest.current = { filter, limit };
  });
  useEffect(() => {
    if (!enabled) return undefined;
    return live.listen({
      events: (arrived) => {
        const { filter: wanted, limit: most } = latest.current;
        const matching = wanted === undefined ? arrived : arrived.filter(wanted);
        if (matching.length > 0) setHeard((before) => ({ ...before, ...hear(before, matching, most) }));
      },
      reset: () => setHeard((before) => ({ ...before, resets: before.resets + 1 })),
    });
  }, [live, enabled]);
  return { ...heard, status, today };
}
