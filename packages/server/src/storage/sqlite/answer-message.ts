import { SUM_NAMES, type SumAnswer, type SumRow, type Sums } from "../storage.ts";
import type { GroupTable } from "./group-table.ts";

/**
 * The rows of an answer on their way from a reading thread: sums as numbers where they are small enough. Cloning
 * sixteen big integers for each of some thousand rows would take longer than adding them up.
 */
export interface AnswerMessage extends Omit<SumAnswer, "rows"> {
  buckets: Int32Array;
  keys: (string | null)[][];
  sums: Float64Array;
  /** By row: the sums of rows with one that a double does not hold. */
  large: Map<number, Sums>;
  latency: (Map<number, number> | undefined)[] | null;
}

/** The rows of an answer from the slots of a table. */
export function encodeAnswer(groups: GroupTable, slots: number[], rest: Omit<SumAnswer, "rows">): AnswerMessage {
  const message: AnswerMessage = {
    ...rest,
    buckets: Int32Array.from(slots, (slot) => groups.bucketOf(slot)),
    keys: slots.map((slot) => groups.keyOf(slot)),
    sums: new Float64Array(slots.length * SUM_NAMES.length),
    large: new Map(),
    latency: groups.hasLatency ? slots.map((slot) => groups.latencyOf(slot)) : null,
  };
  slots.forEach((slot, index) => {
    const numbers = groups.numbersOf(slot);
    if (numbers) message.sums.set(numbers, index * SUM_NAMES.length);
    else message.large.set(index, groups.toSums(slot));
  });
  return message;
}

export function decodeAnswer({ buckets, keys, sums, large, latency, ...rest }: AnswerMessage): SumAnswer {
  const rows = keys.map((key, index): SumRow => {
    const own = large.get(index) ?? sumsAt(sums, index);
    const sketch = latency?.[index];
    return { bucket: buckets[index] as number, key, sums: sketch ? { ...own, latency: sketch } : own };
  });
  return { ...rest, rows };
}

function sumsAt(values: Float64Array, index: number): Sums {
  const sums = {} as Record<(typeof SUM_NAMES)[number], bigint>;
  for (let m = 0; m < SUM_NAMES.length; m++) {
    sums[SUM_NAMES[m] as (typeof SUM_NAMES)[number]] = BigInt(values[index * SUM_NAMES.length + m] as number);
  }
  return sums;
}
