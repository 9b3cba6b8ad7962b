import { count, exactCount } from "@outlay/react";
import type { SubscriptionsReport } from "../../api/subscriptions.ts";
import { costCell } from "../../format/cost-cell.ts";
import { BarList } from "../../ui/bar-list.tsx";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";

const SHOWN = 12;

/** What is paid call by call, by tool and provider. */
export function Uncovered({ report: { uncovered, metered } }: { report: SubscriptionsReport }) {
  const whole = metered.uncoveredUsd ?? 0;
  return (
    <Card id="uncovered" title="Calls that no plan covers">
      {uncovered.length === 0 ? (
        <EmptyState title="None in this period">
          {metered.uncoveredUsd === null
            ? "Single calls of this time have expired, so that it cannot be told which of them plans have covered."
            : "Every call was covered by a plan, or there was none."}
        </EmptyState>
      ) : (
        <div className="px-2 pb-4 sm:px-3">
          <BarList
            caption="Calls that no plan covers, by tool and provider, dearest first"
            columns={["Tool and provider", "Cost", "Calls"]}
            rows={uncovered.slice(0, SHOWN).map(({ source, provider, usd, calls, tokens, unpricedCalls }) => ({
              key: `${source} ${provider}`,
              label: `${source} · ${provider}`,
              name: `${source} at ${provider}`,
              share: whole === 0 ? null : usd / whole,
              cells: [
                costCell({ cost: usd, calls, tokens, unpricedCalls }),
                { text: count(calls), title: exactCount(calls) },
              ],
            }))}
          />
          {uncovered.length > SHOWN ? (
            <p className="px-2 pt-2 text-[0.8125rem] text-muted">
              {SHOWN} of {uncovered.length}
            </p>
          ) : null}
        </div>
      )}
    </Card>
  );
}
