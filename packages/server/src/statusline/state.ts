import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { StatuslineAnswer } from "../insights/statusline.ts";

/** What was known when somebody last asked, for when no server answers in time. */
export interface StatuslineState {
  /** When logs were last read, in milliseconds since 1970. */
  refreshedAtMs: number;
  /** When the numbers were asked for. */
  askedAtMs: number;
  /** When a server did not answer in time; absent: it did the last time. */
  missedAtMs?: number;
  today: StatuslineAnswer["today"];
  block: StatuslineAnswer["block"];
  /** The sessions that asked last, newest first. */
  sessions: NonNullable<StatuslineAnswer["session"]>[];
}

const FILE = "statusline.json";
const MOST_SESSIONS = 20;

/** null: nothing is known yet, or the file is damaged. */
export function readState(dataDir: string): StatuslineState | null {
  try {
    const state = JSON.parse(readFileSync(`${dataDir}/${FILE}`, "utf8")) as Partial<StatuslineState>;
    const { refreshedAtMs, askedAtMs, today, block, sessions } = state;
    const isWhole =
      typeof refreshedAtMs === "number" &&
      typeof askedAtMs === "number" &&
      typeof today?.cost === "number" &&
      (block === null || typeof block?.end === "string") &&
      Array.isArray(sessions);
    return isWhole ? (state as StatuslineState) : null;
  } catch {
    return null;
  }
}

/** The state with an answer in it. */
export function withAnswer(
  state: StatuslineState | null,
  answer: StatuslineAnswer,
  times: { askedAtMs: number; refreshedAtMs?: number },
): StatuslineState {
  const { session, today, block } = answer;
  const others = (state?.sessions ?? []).filter(({ id }) => id !== session?.id);
  return {
    refreshedAtMs: times.refreshedAtMs ?? state?.refreshedAtMs ?? 0,
    askedAtMs: times.askedAtMs,
    today,
    block,
    sessions: session === null ? others : [session, ...others].slice(0, MOST_SESSIONS),
  };
}

/** For its owner's eyes only. A state that cannot be kept is asked for again. */
export function writeState(dataDir: string, state: StatuslineState): void {
  const path = `${dataDir}/${FILE}`;
  const unfinished = `${path}.${process.pid}`;
  try {
    writeFileSync(unfinished, JSON.stringify(state), { mode: 0o600 });
    renameSync(unfinished, path);
  } catch {
    // a full or read-only disk
  }
}
