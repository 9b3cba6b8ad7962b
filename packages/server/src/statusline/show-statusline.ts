import { existsSync } from "node:fs";
import { askServer } from "./ask-server.ts";
import { drawLine } from "./draw-line.ts";
import { figuresOf } from "./figures.ts";
import type { CostSource } from "./figures.ts";
import { parseInput } from "./read-input.ts";
import type { StatusInput } from "./read-input.ts";
import { startRefresh } from "./start-refresh.ts";
import { readState, withAnswer, writeState } from "./state.ts";
import type { StatuslineState } from "./state.ts";

export interface StatuslineOptions {
  dataDir: string;
  /** With placeholders in braces; null: the usual line. */
  format: string | null;
  isJson: boolean;
  hasColors: boolean;
  costSource: CostSource;
  /** After so many seconds logs are read again, in the background. */
  refreshSeconds: number;
  /** Read logs at all; otherwise `outlay watch` does. */
  readsLogs: boolean;
  timeZone: string | null;
  /** Another machine's server is asked in the background only. */
  isRemote: boolean;
}

/** What the program has to print by, counted from its start; it takes some 30 ms to start at all. */
const PRINT_BY_MS = 45;
const ANSWER_WITHIN_MS = 15;
/** So young, a kept answer is as good as the server's. */
const YOUNG_MS = 5_000;
/** A server that is too slow is left to the refresh in the background for so long, instead of waiting for it with each line. */
const MISSED_FOR_MS = 10_000;

/**
 * Prints the line, and then sees to it that the next one knows more: keeps the server's answer, and has logs read in the
 * background. Never rejects because of what it is given or finds.
 */
export async function showStatusline(
  text: string,
  options: StatuslineOptions,
  print: (line: string) => void,
): Promise<void> {
  const { dataDir, timeZone } = options;
  const nowMs = Date.now();
  const input = parseInput(text);
  let state = readState(dataDir);
  const asks = !options.isRemote && isWorthAsking(state, nowMs);
  if (asks) {
    const timeoutMs = Math.min(ANSWER_WITHIN_MS, PRINT_BY_MS - performance.now());
    const answer = await askServer(dataDir, pathOf(input.session, timeZone), timeoutMs);
    if (answer !== null) {
      state = withAnswer(state, answer, { askedAtMs: nowMs });
      print(lineOf(input, state, options, nowMs));
      writeState(dataDir, state);
      return refreshLater(input, state.refreshedAtMs, options, nowMs);
    }
  }
  print(lineOf(input, state, options, nowMs));
  if (asks && existsSync(`${dataDir}/server.json`)) noteMiss(dataDir, nowMs);
  refreshLater(input, Math.min(state?.refreshedAtMs ?? 0, state?.askedAtMs ?? 0), options, nowMs);
}

/** In what is kept by now: a refresh may have ended meanwhile. */
function noteMiss(dataDir: string, missedAtMs: number): void {
  const state = readState(dataDir);
  if (state !== null) writeState(dataDir, { ...state, missedAtMs });
}

function isWorthAsking(state: StatuslineState | null, nowMs: number): boolean {
  if (state === null) return true;
  return nowMs - state.askedAtMs >= YOUNG_MS && nowMs - (state.missedAtMs ?? 0) >= MISSED_FOR_MS;
}

/** The address of what a status line shows. */
export function pathOf(session: string | null, timeZone: string | null): string {
  const params = new URLSearchParams();
  if (session !== null) params.set("session", session);
  if (timeZone !== null) params.set("tz", timeZone);
  return `/api/v1/statusline?${params.toString()}`;
}

function lineOf(
  input: StatusInput,
  state: ReturnType<typeof readState>,
  { costSource, isJson, format, hasColors }: StatuslineOptions,
  nowMs: number,
): string {
  const figures = figuresOf(input, state, { nowMs, costSource });
  const asOfMs = state?.askedAtMs ?? null;
  if (!isJson) return drawLine(figures, { format, hasColors, nowMs, asOfMs });
  return JSON.stringify({ ...figures, asOf: asOfMs === null ? null : new Date(asOfMs).toISOString() });
}

function refreshLater(
  input: StatusInput,
  lastMs: number,
  { dataDir, refreshSeconds, readsLogs, timeZone }: StatuslineOptions,
  nowMs: number,
): void {
  if (nowMs - lastMs < refreshSeconds * 1_000) return;
  const { session, windows } = input;
  startRefresh(
    dataDir,
    [
      JSON.stringify({ session, windows }),
      ...(readsLogs ? [] : ["--no-import"]),
      ...(timeZone === null ? [] : ["--timezone", timeZone]),
    ],
    nowMs,
  );
}
