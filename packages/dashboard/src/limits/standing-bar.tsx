import type { LimitReport, Standing } from "../api/limits.ts";
import { BudgetBar } from "../charts/draw/budget-bar.tsx";

/** How full a budget or limit is, and where its period is heading. */
export function StandingBar({ report, standing }: { report: LimitReport; standing: Standing }) {
  const { limit, projection } = report;
  return (
    <BudgetBar
      name={limit.name}
      amountUsd={standing.state.amountUsd}
      spentUsd={standing.state.spentUsd}
      reservedUsd={standing.state.leasedUsd}
      projectedUsd={projection?.endUsd ?? null}
      thresholdsPercent={limit.thresholdsPercent}
    />
  );
}
