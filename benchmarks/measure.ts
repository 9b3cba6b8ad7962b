/** Runs the work several times and gives the median duration in milliseconds. */
export async function medianMs(runs: number, work: () => unknown): Promise<number> {
  const durations: number[] = [];
  for (let run = 0; run < runs; run++) durations.push(await durationMs(work));
  return durations.toSorted((a, b) => a - b)[Math.floor(runs / 2)] as number;
}

export async function durationMs(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The number after `--name` on the command line. */
export function numberArgument(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
}

export function printRow(label: string, ...values: string[]): void {
  console.log(label.padEnd(58) + values.map((value) => value.padStart(16)).join(""));
}

export function perSecond(count: number, ms: number): string {
  return `${Math.round((count / ms) * 1_000).toLocaleString("en")}/s`;
}
