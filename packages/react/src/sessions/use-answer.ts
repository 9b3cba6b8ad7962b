import { useCallback, useEffect, useRef, useState } from "react";
import { OutlayProblem } from "../api/outlay-problem.ts";

/** An answer that stays until another takes its place, also while that one is on its way. */
export interface Answer<T> {
  data: T | null;
  /** When `data` was answered; 0 before. */
  answeredAtMs: number;
  /** What is shown answers an earlier question, or nothing is shown yet. */
  isWaiting: boolean;
  /** Why the present question has no answer. */
  problem: OutlayProblem | null;
  /** Asks the same again. */
  reload: () => void;
  /** Changes what is shown, for example by a further page. Does nothing once another question is asked. */
  change: (next: (data: T) => T) => void;
}

/** Asks whenever `key` changes. A question that is no longer of interest is taken back. */
export function useAnswer<T>(key: string, ask: (signal: AbortSignal) => Promise<T>): Answer<T> {
  const [held, setHeld] = useState<Held<T>>({ key: null, round: 0, data: null, atMs: 0, problem: null });
  const [round, setRound] = useState(0);
  const latest = useRef(ask);
  useEffect(() => {
    latest.current = ask;
  });
  useEffect(() => {
    const { signal, abort } = abortable();
    latest.current(signal).then(
      (data) => signal.aborted || setHeld({ key, round, data, atMs: Date.now(), problem: null }),
      (error: unknown) => signal.aborted || setHeld((before) => ({ ...before, key, round, problem: problemOf(error) })),
    );
    return abort;
  }, [key, round]);
  return {
    data: held.data,
    answeredAtMs: held.atMs,
    isWaiting: held.key !== key,
    problem: held.key === key ? held.problem : null,
    reload: useCallback(() => setRound((before) => before + 1), []),
    change: useCallback(
      (next) =>
        setHeld((before) =>
          before.key === key && before.data !== null ? { ...before, data: next(before.data) } : before,
        ),
      [key],
    ),
  };
}

interface Held<T> {
  key: string | null;
  round: number;
  data: T | null;
  atMs: number;
  problem: OutlayProblem | null;
}

function abortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

function problemOf(error: unknown): OutlayProblem {
  if (error instanceof OutlayProblem) return error;
  return new OutlayProblem(0, "unreadable", "What the server answered cannot be read.", { cause: error });
}
