import type { Moments } from "../storage/storage.ts";

/*
 * 95 % intervals from closed formulas. The libraries at hand are either unmaintained or bring ten times the code for the one
 * function that takes more than a line, the quantile of Student's t.
 *
 * Sources: E. B. Wilson, JASA 22 (1927), and R. G. Newcombe, Statistics in Medicine 17 (1998), 857 and 873, for rates;
 * B. L. Welch, Biometrika 34 (1947), for means; G. W. Hill, CACM algorithm 396 (1970), for the quantile;
 * W. G. Cochran, Sampling Techniques, 6.4, for the ratio of two means (delta method).
 */

/** A value with the bounds within which the true one lies in 95 of 100 such cases. */
export interface Estimate {
  value: number;
  /** null: too few observations to say. */
  low: number | null;
  high: number | null;
}

/** Two-sided 95 % of the normal distribution. */
const Z = 1.959_963_984_540_054;

/** A rate with Wilson's interval, which stays between 0 and 1 and holds for few calls too. null of nothing. */
export function rateEstimate(hits: number, count: number): Estimate | null {
  if (count === 0) return null;
  const rate = hits / count;
  const centre = rate + (Z * Z) / (2 * count);
  const half = Z * Math.sqrt((rate * (1 - rate)) / count + (Z * Z) / (4 * count * count));
  const scale = 1 + (Z * Z) / count;
  // Rounding must not leave the ends of the scale.
  return {
    value: rate,
    low: hits === 0 ? 0 : (centre - half) / scale,
    high: hits === count ? 1 : (centre + half) / scale,
  };
}

/** By how much the second rate is above the first: Newcombe's hybrid of both Wilson intervals. */
export function rateDifference(a: Rate, b: Rate): Estimate | null {
  const first = rateEstimate(a.hits, a.count);
  const second = rateEstimate(b.hits, b.count);
  if (first === null || second === null) return null;
  const value = second.value - first.value;
  const below = Math.hypot(second.value - second.low!, first.high! - first.value);
  const above = Math.hypot(second.high! - second.value, first.value - first.low!);
  return { value, low: value - below, high: value + above };
}

interface Rate {
  hits: number;
  count: number;
}

/** A mean with Student's interval. null of nothing; of one observation the bounds are not known. */
export function meanEstimate(moments: Moments): Estimate | null {
  const { count, mean } = moments;
  if (count === 0) return null;
  if (count === 1) return { value: mean, low: null, high: null };
  return around(mean, tQuantile(count - 1) * Math.sqrt(varianceOf(moments) / count));
}

/** By how much the second mean is above the first, without taking their scatter to be equal (Welch). */
export function meanDifference(a: Moments, b: Moments): Estimate | null {
  if (a.count === 0 || b.count === 0) return null;
  const value = b.mean - a.mean;
  if (a.count === 1 || b.count === 1) return { value, low: null, high: null };
  const [first, second] = [varianceOf(a) / a.count, varianceOf(b) / b.count];
  const error = first + second;
  if (error === 0) return around(value, 0);
  const freedom = error ** 2 / (first ** 2 / (a.count - 1) + second ** 2 / (b.count - 1));
  return around(value, tQuantile(freedom) * Math.sqrt(error));
}

/** What all calls of a group cost, for each of them that succeeded. Only calls whose cost is known. */
export interface CostAndSuccess {
  cost: Moments;
  costOfSuccesses: Moments;
}

/** Costs over successes; normal, so it takes some dozens of calls. null without a success. */
export function ratioEstimate(group: CostAndSuccess): Estimate | null {
  const ratio = ratioOf(group);
  if (ratio === null) return null;
  return ratio.variance === null
    ? { value: ratio.value, low: null, high: null }
    : around(ratio.value, Z * Math.sqrt(ratio.variance));
}

/** By how much the second group's cost of a success is above the first's. */
export function ratioDifference(a: CostAndSuccess, b: CostAndSuccess): Estimate | null {
  const [first, second] = [ratioOf(a), ratioOf(b)];
  if (first === null || second === null) return null;
  const value = second.value - first.value;
  if (first.variance === null || second.variance === null) return { value, low: null, high: null };
  return around(value, Z * Math.sqrt(first.variance + second.variance));
}

/**
 * The ratio r of two means over the same calls, and the variance of that ratio:
 * (var(cost) − 2 r cov(cost, success) + r² var(success)) / (calls × rate²).
 */
function ratioOf({ cost, costOfSuccesses }: CostAndSuccess): { value: number; variance: number | null } | null {
  const { count, mean } = cost;
  const successes = costOfSuccesses.count;
  if (successes === 0) return null;
  const rate = successes / count;
  const value = mean / rate;
  if (count === 1) return { value, variance: null };
  const covariance = (successes * (costOfSuccesses.mean - mean)) / (count - 1);
  const varianceOfSuccess = (count * rate * (1 - rate)) / (count - 1);
  const scatter = varianceOf(cost) - 2 * value * covariance + value ** 2 * varianceOfSuccess;
  return { value, variance: Math.max(0, scatter) / (count * rate ** 2) };
}

function around(value: number, half: number): Estimate {
  return { value, low: value - half, high: value + half };
}

function varianceOf({ count, squares }: Moments): number {
  return squares / (count - 1);
}

/**
 * Two-sided 95 % of Student's t for any degrees of freedom from 1 up; Hill's expansion, to six digits. Below 3 it is not as
 * good, and the next whole degree below, which is known exactly, makes the interval wider.
 */
function tQuantile(freedom: number): number {
  if (freedom < 2) return Math.tan((Math.PI / 2) * (1 - TAILS));
  if (freedom < 3) return Math.sqrt(2 / (TAILS * (2 - TAILS)) - 2);
  const a = 1 / (freedom - 0.5);
  const b = 48 / (a * a);
  let c = (((20_700 * a) / b - 98) * a - 16) * a + 96.36;
  const d = ((94.5 / (b + c) - 3) / b + 1) * Math.sqrt((a * Math.PI) / 2) * freedom;
  let y = (d * TAILS) ** (2 / freedom);
  if (y <= 0.05 + a) {
    const inner = 1 / (((freedom + 6) / (freedom * y) - 0.089 * d - 0.822) * (freedom + 2) * 3);
    y = ((inner + 0.5 / (freedom + 4)) * y - 1) * ((freedom + 1) / (freedom + 2)) + 1 / y;
    return Math.sqrt(freedom * y);
  }
  const x = -Z;
  y = x * x;
  if (freedom < 5) c += 0.3 * (freedom - 4.5) * (x + 0.6);
  c += (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b;
  y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x;
  return Math.sqrt(freedom * Math.expm1(a * y * y));
}

const TAILS = 0.05;
