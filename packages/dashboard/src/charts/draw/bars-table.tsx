import type { Bar, PreparedBars, PreparedSeries } from "../prepare/stacked-bars.ts";

/** The chart's numbers as a table: a row for each bar, newest first, a column for each group. */
export function BarsTable({
  prepared,
  caption,
  bucketColumn,
  barName,
  seriesName,
  format,
  exact,
}: {
  prepared: PreparedBars;
  caption: string;
  bucketColumn: string;
  barName: (bar: Bar) => string;
  seriesName: (series: PreparedSeries) => string;
  format: (value: number | null) => string;
  exact: (value: number | null) => string;
}) {
  const hasBefore = prepared.bars.some((bar) => bar.before !== null);
  return (
    // A region that scrolls must be reachable by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className="max-h-80 overflow-auto" aria-label={caption} tabIndex={0}>
      <table className="w-full border-collapse text-[0.8125rem]">
        <thead className="sticky top-0 bg-surface text-left text-xs text-muted">
          <tr>
            <th scope="col" className="sticky left-0 bg-surface py-2 pr-4 font-normal whitespace-nowrap">
              {bucketColumn}
            </th>
            <th scope="col" className={NUMBER_HEAD}>
              Total
            </th>
            {hasBefore ? (
              <th scope="col" className={NUMBER_HEAD}>
                Before
              </th>
            ) : null}
            {prepared.series.map((series) => (
              <th key={`${series.kind}:${series.name}`} scope="col" className={NUMBER_HEAD}>
                {seriesName(series)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {prepared.bars.toReversed().map((bar) => (
            <tr key={bar.label} className="border-t border-line">
              <th scope="row" className="sticky left-0 bg-surface py-1.5 pr-4 text-left font-normal whitespace-nowrap">
                {barName(bar)}
                {bar.unfinished ? <span className="text-muted"> (not finished)</span> : null}
              </th>
              <td className="py-1.5 pl-4 text-right font-medium" title={exact(bar.total)}>
                {format(bar.total)}
              </td>
              {hasBefore ? (
                <td className={NUMBER} title={exact(bar.before)}>
                  {format(bar.before)}
                </td>
              ) : null}
              {prepared.series.map((series) => {
                const value =
                  bar.total === null ? null : (bar.segments.find((one) => one.series === series)?.value ?? 0);
                return (
                  <td key={`${series.kind}:${series.name}`} className={NUMBER} title={exact(value)}>
                    {format(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const NUMBER_HEAD = "py-2 pl-4 text-right font-normal whitespace-nowrap";
const NUMBER = "py-1.5 pl-4 text-right whitespace-nowrap text-muted";
