import type { ToldLimits } from "../insights/plan-limits.ts";
import { isPersonal, type Subscription } from "./subscription.ts";

/**
 * Which of the limits that tools were told belong to each subscription: those of the tools that it covers, of its people where it
 * names some. `others`: of tools that no subscription covers.
 */
export function limitsOf(
  subscriptions: readonly Subscription[],
  limits: readonly ToldLimits[],
): { of: Map<string, ToldLimits[]>; others: ToldLimits[] } {
  const of = new Map(subscriptions.map((one) => [one.id, limits.filter((told) => belongs(one, told))]));
  const placed = new Set([...of.values()].flat());
  return { of, others: limits.filter((told) => !placed.has(told)) };
}

function belongs(subscription: Subscription, { tool, user }: ToldLimits): boolean {
  const { covers, people } = subscription;
  if (!covers.sources.includes(tool)) return false;
  if (user === null || !isPersonal(subscription)) return true;
  return covers.users.includes(user) || people.some((person) => person.user === user);
}
