import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/**
 * Makes V8's space for short-lived objects of this thread as large as given, for work that leaves little but garbage: where
 * the space is small, objects outlive it and have to be searched for in the old one. V8 has it grow when much survives, by
 * a factor up to 16 megabytes, and there is no other way to say how far once the process runs. Takes some 6 ms; V8's flags
 * belong to the whole process and must not change while other threads run, so this comes before the first of them.
 */
export function growYoungSpace(megabytes: number): void {
  const isSmall = () => youngBytes() < BOTH_HALVES * megabytes * 1_048_576;
  if (!isSmall()) return;
  setFlagsFromString(`--semi-space-growth-factor=${megabytes}`);
  const surviving: number[][] = [];
  // a space of one megabyte grows after about two of survivors
  while (isSmall() && surviving.length < MOST_SURVIVORS) surviving.push(Array.from({ length: 1_024 }, () => 0));
  setFlagsFromString("--semi-space-growth-factor=1");
}

/** Survivors are copied from one half of the space into the other. */
const BOTH_HALVES = 2;
/** Each has eight kilobytes: where V8 does not grow the space after 32 megabytes, it never will. */
const MOST_SURVIVORS = 4_000;

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? Infinity;
}
