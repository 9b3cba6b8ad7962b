import type { ValueFormat } from "../../format/metric.ts";
import { change, changeText } from "../../format/change.ts";
import type { Cause, ChangeRow, PreparedChanges } from "../prepare/changes.ts";
import { UNEXPLAINED } from "../prepare/changes.ts";
import { seriesId, seriesName } from "../prepare/series-name.ts";
import { ChartFigure } from "./chart-figure.tsx";
import { colourOf } from "./colour.ts";
import { Legend } from "./legend.tsx";
import { NumbersTable } from "./numbers-table.tsx";
import { TooltipNumbers } from "./tooltip.tsx";
import { Track, TrackMark } from "./track.tsx";
import { WalkList } from "./walk-list.tsx";

/** What changed between two periods: for the whole and each group a bar around zero, made of the causes. Draws what `prepareChanges` decided. */
export function ChangeBars({
  name: chartName,
  prepared,
  format,
  title,
  groupColumn,
  wholeName = "All calls",
  beforeName = "Before",
  nowName = "Now",
  onSelect,
}: {
  /** Of the chart, in the address. */
  name: string;
  prepared: PreparedChanges;
  format: ValueFormat;
  /** What is drawn: "What changed in cost, by model". */
  title: string;
  groupColumn: string;
  wholeName?: string;
  beforeName?: string;
  nowName?: string;
  onSelect?: ((row: ChangeRow) => void) | undefined;
}) {
  const { rows, causes, lowest, highest } = prepared;
  const colour = causeColours(causes);
  const nameOf = (row: ChangeRow) => (row.isWhole ? wholeName : seriesName(row));
  const inWords = (row: ChangeRow) => {
    const parts = row.segments.map(({ cause, value }) => `${cause.label.toLowerCase()} ${signed(value, format)}`);
    return `${nameOf(row)}: ${signed(row.difference, format)}, from ${format.short(row.before)} to ${format.short(row.now)}${parts.length > 0 ? `; ${parts.join(", ")}` : ""}`;
  };
  return (
    <ChartFigure
      name={chartName}
      drawing={
        <WalkList
          summary={`${title}: ${rows[0] === undefined ? "" : inWords(rows[0])}.`}
          items={rows.map((row) => ({
            key: keyOf(row),
            label: inWords(row),
            onSelect: onSelect === undefined || row.isWhole || row.kind === "other" ? undefined : () => onSelect(row),
            content: (
              <span
                className={`grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1 py-1.5 @xl:h-9 @xl:grid-cols-[minmax(0,13rem)_minmax(0,1fr)_5.5rem_5rem] @xl:py-0 ${row.isWhole ? "font-semibold" : ""} ${row.isWhole && rows.length > 1 ? "border-b border-line" : ""}`}
              >
                <span className="col-start-1 row-start-1 truncate" title={nameOf(row)}>
                  {nameOf(row)}
                </span>
                <span className="col-span-2 row-start-2 @xl:col-span-1 @xl:col-start-2 @xl:row-start-1">
                  <Track
                    min={lowest}
                    max={highest}
                    stretches={row.segments.map(({ cause, from, to }) => ({
                      key: cause.key,
                      from,
                      to,
                      background: colour(cause),
                    }))}
                  >
                    <TrackMark at={0} min={lowest} max={highest} className="-inset-y-1 w-px bg-control" />
                    {row.difference === null || row.segments.length < 2 ? null : (
                      <TrackMark
                        at={row.difference}
                        min={lowest}
                        max={highest}
                        className="-inset-y-1 w-[3px] rounded-full bg-ink ring-1 ring-surface"
                      />
                    )}
                  </Track>
                </span>
                <span className="col-start-2 row-start-1 text-right whitespace-nowrap tabular-nums @xl:col-start-3">
                  <span className={row.isWhole ? "" : "font-medium"}>{signed(row.difference, format)}</span>
                  <span className="ml-2 font-normal text-muted @xl:hidden">
                    {changeText(change(row.now, row.before))}
                  </span>
                </span>
                <span className="hidden text-right font-normal whitespace-nowrap text-muted tabular-nums @xl:col-start-4 @xl:row-start-1 @xl:block">
                  {changeText(change(row.now, row.before))}
                </span>
              </span>
            ),
            tooltip: (
              <TooltipNumbers
                title={nameOf(row)}
                value={signed(row.difference, format)}
                notes={[
                  { name: beforeName, value: format.short(row.before) },
                  { name: nowName, value: format.short(row.now) },
                ]}
                lines={row.segments.map(({ cause, value }) => ({
                  key: cause.key,
                  name: cause.label,
                  value: signed(value, format),
                  colour: colour(cause),
                }))}
              />
            ),
          }))}
        />
      }
      table={
        <NumbersTable
          caption={title}
          columns={[groupColumn, "Difference", beforeName, nowName, ...causes.map(({ label }) => label)]}
          rows={rows.map((row) => ({
            key: keyOf(row),
            name: nameOf(row),
            cells: [
              { text: signed(row.difference, format), title: format.exact(row.difference) },
              { text: format.short(row.before), title: format.exact(row.before) },
              { text: format.short(row.now), title: format.exact(row.now) },
              ...causes.map(({ key }) => {
                const value = row.segments.find(({ cause }) => cause.key === key)?.value ?? 0;
                return { text: signed(value, format), title: format.exact(value) };
              }),
            ],
          }))}
        />
      }
      renderLegend={(toggle, asTable) => (
        <Legend
          series={causes.map(({ key }) => ({ kind: "named" as const, name: key }))}
          colour={({ name }) => colour({ key: name ?? "" })}
          name={({ name }) => causes.find(({ key }) => key === name)?.label ?? ""}
          value={() => null}
          note={asTable || causes.length < 2 ? undefined : "thick mark: the difference"}
          action={toggle}
        />
      )}
    />
  );
}

function causeColours(causes: readonly Cause[]) {
  const bound = colourOf(
    "cause-of-change",
    causes.filter(({ key }) => key !== UNEXPLAINED.key).map(({ key }) => key),
  );
  return ({ key }: Pick<Cause, "key">) =>
    bound(key === UNEXPLAINED.key ? { kind: "other", name: null } : { kind: "named", name: key });
}

/** `+$2.00`, `−$2.00`, `$0.00`. */
function signed(value: number | null, format: ValueFormat): string {
  const text = format.short(value);
  return value !== null && value > 0 ? `+${text}` : text;
}

const keyOf = (row: ChangeRow) => (row.isWhole ? "whole" : seriesId(row));
