import { useOpenCall } from "../../calls/use-open-call.ts";
import { useState } from "react";
import { DataPage } from "../frame/data-page.tsx";
import { SessionDrawer } from "./session-drawer.tsx";
import { SessionList } from "./session-list.tsx";
import { useSessionsState } from "./use-sessions-state.ts";

/** Conversations and runs: what each has cost, and the calls of one. */
export function Sessions() {
  return (
    <>
      <DataPage
        title="Sessions"
        intro="Sessions whose last call lies in the period, with their totals over all time."
        hasComparison={false}
      >
        <SessionList />
      </DataPage>
      <OpenSession />
    </>
  );
}

function OpenSession() {
  const { state, change } = useSessionsState();
  const { id: openCall } = useOpenCall();
  // An address with both was shared or reloaded: the call lies over its session, so it goes first, and the session waits.
  const [isWaiting, setWaiting] = useState(openCall !== undefined);
  if (isWaiting && openCall === undefined) setWaiting(false);
  if (state.session === undefined || isWaiting) return null;
  return (
    <SessionDrawer
      key={state.session}
      id={state.session}
      onClose={() => change(({ session: _session, calls: _calls, ...rest }) => rest)}
    />
  );
}
