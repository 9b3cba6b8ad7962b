import type { JsonValue } from "../importer.ts";
import type { Counters } from "./counters.ts";

/** What the lines so far have said, for those that follow. */
export interface SessionState {
  /** Of this file; those of its parents, which it may repeat, come later. */
  session: string | null;
  /** The session that this one was forked from or started by; null: it stands alone. */
  parent: string | null;
  subagent: string | true | null;
  startedAt: number | null;
  folder: string | null;
  branch: string | null;
  version: string | null;
  provider: string | null;
  model: string | null;
  serviceTier: string | null;
  total: Counters | null;
  /** How often the counters fell. */
  falls: number;
  /** The lines are still those of the parent. */
  isReplay: boolean;
  /** When the last repeated line was written. */
  replayedAt: number | null;
  /** The parent's log is gone, so what is repeated had to be guessed. */
  isParentMissing: boolean;
  /** Answers of `codex exec --json` so far. */
  turns: number;
  /** What was last said of the plan and its limits. */
  limits: { [name: string]: JsonValue } | null;
}

export const FRESH: SessionState = {
  session: null,
  parent: null,
  subagent: null,
  startedAt: null,
  folder: null,
  branch: null,
  version: null,
  provider: null,
  model: null,
  serviceTier: null,
  total: null,
  falls: 0,
  isReplay: false,
  replayedAt: null,
  isParentMissing: false,
  turns: 0,
  limits: null,
};

/** From the place where the last import ended; fresh where that said nothing. */
export function stateFrom(state: JsonValue | undefined): SessionState {
  return typeof state === "object" && state !== null && !Array.isArray(state)
    ? { ...FRESH, ...(state as Partial<SessionState>) }
    : { ...FRESH };
}

export function stateAsJson(state: SessionState): JsonValue {
  return { ...state, total: state.total === null ? null : { ...state.total } };
}
