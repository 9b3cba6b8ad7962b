import type { Moments, MomentsRow } from "./storage.ts";

/** A group of which nothing has been read yet. */
export function newMomentsRow(key: (string | null)[]): MomentsRow {
  return {
    key,
    calls: 0,
    successes: 0,
    retries: 0,
    cost: noMoments(),
    costNanoUsd: 0n,
    costOfSuccesses: noMoments(),
    score: noMoments(),
  };
}

function noMoments(): Moments {
  return { count: 0, mean: 0, squares: 0 };
}

/** Welford (1962): nothing is lost however small the scatter is beside the mean. */
export function addMoment(moments: Moments, value: number): void {
  moments.count += 1;
  const distance = value - moments.mean;
  moments.mean += distance / moments.count;
  moments.squares += distance * (value - moments.mean);
}

/** Several groups as one. */
export function mergeMomentsRows(rows: readonly MomentsRow[]): MomentsRow {
  const whole = newMomentsRow([]);
  for (const row of rows) {
    whole.calls += row.calls;
    whole.successes += row.successes;
    whole.retries += row.retries;
    whole.costNanoUsd += row.costNanoUsd;
    for (const name of ["cost", "costOfSuccesses", "score"] as const) whole[name] = merge(whole[name], row[name]);
  }
  return whole;
}

/** Chan, Golub and LeVeque (1979): the moments of both sets of observations. */
function merge(a: Moments, b: Moments): Moments {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const distance = b.mean - a.mean;
  return {
    count,
    mean: a.mean + (distance * b.count) / count,
    squares: a.squares + b.squares + (distance * distance * a.count * b.count) / count,
  };
}
