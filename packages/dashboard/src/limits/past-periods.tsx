import { exactMoney, money } from "@outlay/react";
import { BudgetBar } from "../charts/draw/budget-bar.tsx";
import type { LimitReport } from "../api/limits.ts";
import { dayRange } from "../format/time.ts";

/** How each period went, the newest first: a bar against today's amount, in one scale. Null where a limit has no periods. */
export function PastPeriods({ report, timeZone }: { report: LimitReport; timeZone: string }) {
  const { limit, history, standing } = report;
  if (history.length === 0) return null;
  const amountUsd = standing?.state.amountUsd ?? limit.amountUsd;
  const isOfAll = limit.each !== null && report.value === null;
  return (
    <section aria-labelledby="past-periods" className="flex flex-col gap-2">
      <h3 id="past-periods" className="font-semibold">
        {isOfAll ? "Past periods, all together" : "Past periods"}
      </h3>
      <table className="w-full table-fixed border-separate border-spacing-0">
        <caption className="sr-only">What was spent in each period, against the amount of today</caption>
        <thead className="sr-only">
          <tr>
            <th scope="col">Period</th>
            <th scope="col">Use</th>
            <th scope="col">Spent</th>
          </tr>
        </thead>
        <tbody>
          {history.toReversed().map(({ start, end, spentUsd, usedPercent }, index) => {
            const range = dayRange(Date.parse(start), Date.parse(end), timeZone);
            return (
              <tr key={start}>
                <th scope="row" className="w-[42%] py-1.5 pr-3 text-left text-[0.8125rem] font-normal">
                  <span className="block">{range}</span>
                  {index === 0 ? <span className="text-xs text-muted">not over yet</span> : null}
                </th>
                <td className="py-1.5 pr-3">
                  <BudgetBar
                    compact
                    name={range}
                    // One account's amount says nothing about all of them: then the fullest period is the measure.
                    amountUsd={isOfAll ? Math.max(...history.map((period) => period.spentUsd)) : amountUsd}
                    spentUsd={spentUsd}
                    reservedUsd={0}
                    projectedUsd={null}
                    thresholdsPercent={isOfAll ? [] : limit.thresholdsPercent}
                  />
                </td>
                <td className="w-24 py-1.5 text-right whitespace-nowrap" title={exactMoney(spentUsd)}>
                  {money(spentUsd)}
                  {isOfAll || usedPercent === null ? null : (
                    <span className="block text-xs text-muted">{Math.round(usedPercent)}%</span>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
