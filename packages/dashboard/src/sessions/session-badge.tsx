import { CostBadge } from "@outlay/react";
import type { Session } from "../api/sessions.ts";

/** What a session has cost; its explanation has input, output and cached tokens. */
export function SessionBadge({ session }: { session: Session }) {
  return (
    <CostBadge
      label={`Cost of session ${session.session}`}
      costUsd={session.cost}
      inputTokens={session.inputTokens}
      cachedTokens={session.cacheReadTokens}
      outputTokens={session.outputTokens}
      cacheSavingsUsd={session.cacheSavings}
      unpricedCalls={session.cost === null ? 0 : session.unpricedCalls}
    />
  );
}
