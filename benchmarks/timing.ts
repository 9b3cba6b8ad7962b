/** Value below which the share `q` of the samples lies. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

export const median = (samples: readonly number[]) => quantile(samples, 0.5);

/** One line of a benchmark's output: what, how much, and whether that is what it should be. */
export function printResult(name: string, value: string, expected?: { ok: boolean; what: string }): void {
  const verdict = expected ? `  ${expected.ok ? "ok" : "MISSED"}: ${expected.what}` : "";
  console.log(`${name.padEnd(52)} ${value.padStart(14)}${verdict}`);
  if (expected && !expected.ok) process.exitCode = 1;
}

export const thousands = (value: number) => Math.round(value).toLocaleString("en-US");
