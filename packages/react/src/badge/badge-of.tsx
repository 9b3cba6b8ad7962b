import { useCallback, useState, useSyncExternalStore } from "react";
import type { OutlayEvent } from "../api/answers.ts";
import type { EventState } from "../api/event-store.ts";
import type { OutlayClient } from "../api/outlay-client.ts";
import { useOptionalOutlay } from "../outlay-provider.tsx";
import type { OutlayTheme } from "../theme.ts";
import { CostBadgeView } from "./cost-badge-view.tsx";
import type { BadgeState } from "./cost-badge-view.tsx";
import { factsOfEvent, factsOfNumbers } from "./cost-facts.ts";
import type { CostFacts, CostNumbers } from "./cost-facts.ts";
import { DEFAULT_THRESHOLDS } from "./cost-level.ts";
import type { CostThresholds } from "./cost-level.ts";

interface BadgeLook {
  /** Where the colours change; what is absent stays at 0.01 and 0.10 dollars. */
  thresholds?: Partial<CostThresholds> | undefined;
  /** What the amount is of, for screen readers; default `Cost`. */
  label?: string | undefined;
  /** Default: as the page's `color-scheme` says. */
  theme?: OutlayTheme | undefined;
  /** A text without an explanation and without a stop for the keyboard: for places inside another control. */
  plain?: boolean | undefined;
}

/** A call as the API answers it. */
interface OfEvent {
  event: OutlayEvent;
}
/** The id of a call, for example from the answer's header `x-outlay-event-id`. Needs an OutlayProvider above. */
interface OfEventId {
  eventId: string;
}
/** The cost is being worked out elsewhere. */
interface OfNothingYet {
  loading: true;
}

export type BadgeProps = BadgeLook & (OfEvent | OfEventId | OfNothingYet | CostNumbers);

/** The badge without the host that keeps the page's styles away. */
export function BadgeOf(props: BadgeProps) {
  const client = useOptionalOutlay();
  const [isAsked, setAsked] = useState(false);
  const id = askedId(props, isAsked && client !== null);
  if (id !== null && client === null) {
    throw new Error(
      "A <CostBadge> with an eventId needs an <OutlayProvider url=…> above it: it asks an Outlay server.",
    );
  }
  const fetched = useEvent(client, id);
  const explain = useCallback(() => setAsked(true), []);
  const { thresholds, label = "Cost", theme = "page", plain = false } = props;
  return (
    <CostBadgeView
      state={stateOf(props, fetched, () => id !== null && client?.events.retry(id))}
      thresholds={{ ...DEFAULT_THRESHOLDS, ...thresholds }}
      label={label}
      theme={theme}
      plain={plain}
      onExplain={explain}
    />
  );
}

/** What is known without asking; null: nothing. */
export function factsOf(props: BadgeProps): CostFacts | null {
  if ("event" in props) return factsOfEvent(props.event);
  return "eventId" in props || "loading" in props ? null : factsOfNumbers(props);
}

/** The call to ask for. A call from a list has no cost lines: they are fetched once somebody wants them explained. */
function askedId(props: BadgeProps, mayExplain: boolean): string | null {
  if ("eventId" in props) return props.eventId;
  return "event" in props && props.event.lines === undefined && mayExplain ? props.event.id : null;
}

function stateOf(props: BadgeProps, fetched: EventState | null, retry: () => void): BadgeState {
  if (fetched?.kind === "known") return { kind: "known", facts: factsOfEvent(fetched.event) };
  const facts = factsOf(props);
  if (facts !== null) return { kind: "known", facts };
  if (fetched?.kind === "failed") return { kind: "failed", message: fetched.problem.message, retry };
  return { kind: "loading" };
}

function useEvent(client: OutlayClient | null, id: string | null): EventState | null {
  const watch = useCallback(
    (watcher: () => void) => (client === null || id === null ? () => {} : client.events.watch(id, watcher)),
    [client, id],
  );
  const state = () => (client === null || id === null ? null : client.events.state(id));
  return useSyncExternalStore(watch, state, state);
}
