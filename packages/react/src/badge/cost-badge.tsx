import type { ReactNode } from "react";
import { ShadowHost } from "../shadow-host.tsx";
import { BadgeOf, factsOf } from "./badge-of.tsx";
import type { BadgeProps } from "./badge-of.tsx";
import { money } from "../format/money.ts";

export type CostBadgeProps = BadgeProps;

/**
 * What a call, a message or a whole piece of work cost: green below 0.01 dollars, yellow to 0.10, red above. Its
 * explanation, on hover, focus or press, has input, output, what the cache saved, and the total.
 *
 * Takes the numbers themselves, a call as Outlay's API answers it, or a call's id, which is then asked for.
 */
export function CostBadge(props: CostBadgeProps): ReactNode {
  const facts = factsOf(props);
  return (
    <ShadowHost as="span" fallback={facts === null ? "" : facts.costUsd === null ? "unpriced" : money(facts.costUsd)}>
      <BadgeOf {...props} />
    </ShadowHost>
  );
}
