/** One call, as blocks need it. Tokens are apart from each other here: input is what was neither read from a cache nor written. */
export interface BlockCall {
  atMs: number;
  inputTokens: number;
  cacheWriteTokens: number;
  cacheReadTokens: number;
  outputTokens: number;
  /** null: unpriced. */
  costNanoUsd: number | null;
  model: string;
}

/** Calls that share a span of time, or the silence between two such spans. Start included, end excluded. */
export type Block = UsedBlock | Gap;

export interface UsedBlock {
  startMs: number;
  endMs: number;
  /** In order of time; at least one. */
  calls: BlockCall[];
  /** Now is before its end, and the last call is not as long ago as a block lasts. */
  isActive: boolean;
}

export interface Gap {
  startMs: number;
  endMs: number;
  calls: null;
}

const HOUR_MS = 3_600_000;

/**
 * Splits calls (in order of time) as Claude Code's five hours are commonly reckoned, which is how ccusage does it: a block
 * begins with the full UTC hour of its first call and lasts `lengthMs`. A call that comes later than that after the start of
 * the block, or after the call before it, begins another one; in the second case a gap stands between them, from the last
 * call + `lengthMs` to the next call.
 *
 *   8:05, 12:41, 13:10 → 8:00–13:00 with two, 13:00–18:00 with one (5 h and 10 min after 8:00)
 */
export function splitBlocks(calls: BlockCall[], { lengthMs, nowMs }: { lengthMs: number; nowMs: number }): Block[] {
  const blocks: Block[] = [];
  let current: UsedBlock | null = null;
  let lastMs = 0;
  for (const call of calls) {
    if (current !== null && (call.atMs - current.startMs > lengthMs || call.atMs - lastMs > lengthMs)) {
      if (call.atMs - lastMs > lengthMs) blocks.push({ startMs: lastMs + lengthMs, endMs: call.atMs, calls: null });
      current = null;
    }
    if (current === null) {
      const startMs = call.atMs - (call.atMs % HOUR_MS);
      current = { startMs, endMs: startMs + lengthMs, calls: [], isActive: false };
      blocks.push(current);
    }
    current.calls.push(call);
    lastMs = call.atMs;
  }
  if (current !== null) current.isActive = nowMs - lastMs < lengthMs && nowMs < current.endMs;
  return blocks;
}
