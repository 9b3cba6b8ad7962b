import type { Adjustment, Meter, Rates } from "@outlay/core";
import type { CatalogueRule } from "./catalogue.ts";

/** What a provider's rules change for a model at an instant: of rules with the same name, the first that fits. */
export function rulesFor(rules: CatalogueRule[], ids: string[], atMs: number): Adjustment[] {
  const taken = new Set<string>();
  return rules.flatMap((rule) => {
    const fits =
      !taken.has(rule.name) &&
      (rule.from ?? -Infinity) <= atMs &&
      atMs < (rule.to ?? Infinity) &&
      ids.some((id) => rule.models.some((pattern) => fitsPattern(pattern.toLowerCase(), id)));
    if (!fits) return [];
    taken.add(rule.name);
    return rule.adjustments;
  });
}

function fitsPattern(pattern: string, id: string): boolean {
  if (!pattern.includes("*")) return pattern === id;
  const source = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${source.join(".*")}$`).test(id);
}

/**
 * The rules as they apply to a price that the user set. What the user names stays as it is: rules do not replace
 * the rate of such a meter, and do not apply in a tier or region for which the user's price has its own change.
 * Discounts and uplifts of all other tiers and regions still multiply it.
 */
export function rulesBeside(own: { rates: Rates; adjustments: Adjustment[] }, rules: Adjustment[]): Adjustment[] {
  const named = new Set(Object.keys(own.rates) as Meter[]);
  return rules.flatMap((rule) => {
    const left = withoutConditions(rule, own.adjustments);
    if (left === null) return [];
    const { rates, ...rest } = left;
    const others = Object.entries(rates ?? {}).filter(([meter]) => !named.has(meter as Meter));
    if (others.length > 0) return [{ ...rest, rates: Object.fromEntries(others) }];
    return rest.multiply === undefined ? [] : [rest];
  });
}

/** The rule for the tiers and regions that the user's own changes leave open; null when none is left. */
function withoutConditions(rule: Adjustment, own: Adjustment[]): Adjustment | null {
  if (own.some((it) => JSON.stringify(it.when) === JSON.stringify(rule.when))) return null;
  const when = { ...rule.when };
  for (const part of ["serviceTier", "geo"] as const) {
    const taken = new Set(own.flatMap((it) => it.when[part] ?? []));
    const open = when[part]?.filter((value) => !taken.has(value));
    if (open === undefined) continue;
    if (open.length === 0) return null;
    when[part] = open;
  }
  return { ...rule, when };
}
