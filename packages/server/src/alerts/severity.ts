import type { Severity } from "./alert-message.ts";

const SEVERITIES = ["info", "warning", "critical", "emergency"] as const satisfies Severity[];

/** Whether the first is more urgent than the second; null is less than anything. */
export function isAbove(one: Severity, other: Severity | null): boolean {
  return other === null || SEVERITIES.indexOf(one) > SEVERITIES.indexOf(other);
}

/** So many steps more urgent, at most an emergency. */
export function raised(severity: Severity, steps: number): Severity {
  return SEVERITIES[Math.min(SEVERITIES.indexOf(severity) + steps, SEVERITIES.length - 1)]!;
}

export function moreUrgent(one: Severity, other: Severity | null): Severity {
  return other === null || isAbove(one, other) ? one : other;
}

/** Of a share of an amount: 70 % is a warning, 90 % critical, 100 % an emergency. */
export function severityAtPercent(percent: number): Severity {
  if (percent >= 100) return "emergency";
  return percent >= 90 ? "critical" : "warning";
}

/** An amount that was reached twice over is a step more urgent, four times over two. */
export function severityAtAmount(severity: Severity, costUsd: number, amountUsd: number): Severity {
  if (costUsd >= 4 * amountUsd) return raised(severity, 2);
  return costUsd >= 2 * amountUsd ? raised(severity, 1) : severity;
}
