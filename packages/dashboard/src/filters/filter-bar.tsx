import { useQuery } from "@tanstack/react-query";
import { metaQuestion } from "../api/questions.ts";
import { dayRange } from "../format/time.ts";
import { Icon } from "../ui/icon.tsx";
import { Select } from "../ui/select.tsx";
import { FilterChips } from "./filter-chips.tsx";
import { usePanels } from "./use-panels.ts";
import { PeriodMenu } from "./period-menu.tsx";
import { PERIODS } from "./periods.ts";
import { withCompare, withPeriod } from "./search.ts";
import { usePageSearch } from "./use-search.ts";

/** The stretch of time on screen, and the one that it is compared with. */
export interface ShownRange {
  startMs: number;
  endMs: number;
  timeZone: string;
  before: { startMs: number; endMs: number } | null;
}

/** What is shown: period, comparison, zone, filters. On a phone a short row; the rest moves into the filter panel. */
export function FilterBar({
  shown,
  hasComparison = true,
  hasTimeZone = true,
}: {
  shown: ShownRange | null;
  hasComparison?: boolean;
  /** False where days are those of one zone, whatever is chosen. */
  hasTimeZone?: boolean;
}) {
  const { view } = usePageSearch();
  const { open, shift } = usePanels();
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <div className="hidden md:block">
          <PeriodMenu />
        </div>
        <PhonePeriod />
        <button type="button" onClick={() => open("filters")} className={`${plainButton} order-last ml-auto md:ml-0`}>
          <Icon name="filter" />
          Filter
          {view.filters.length > 0 ? <span className="text-muted md:hidden">{view.filters.length}</span> : null}
        </button>
        <div className="hidden md:contents">
          {hasComparison ? <CompareToggle /> : null}
          {hasTimeZone ? <TimeZoneSelect className="order-last max-w-60 lg:ml-auto" /> : null}
        </div>
      </div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="-ml-2 flex items-center text-muted">
          <button type="button" title="Period before (←)" onClick={() => shift(-1)} className={stepButton}>
            <Icon name="left" />
            <span className="sr-only">Period before</span>
          </button>
          <button type="button" title="Period after (→)" onClick={() => shift(1)} className={stepButton}>
            <Icon name="right" />
            <span className="sr-only">Period after</span>
          </button>
          {shown === null ? null : (
            <p className="ml-1">
              <span className="font-medium text-ink">{dayRange(shown.startMs, shown.endMs, shown.timeZone)}</span>
              <span className="md:sr-only">, {shown.timeZone}</span>
              {shown.before === null || !hasComparison ? null : (
                <span> compared with {dayRange(shown.before.startMs, shown.before.endMs, shown.timeZone)}</span>
              )}
            </p>
          )}
        </div>
        <FilterChips />
      </div>
    </div>
  );
}

/** Shows or hides the period before. */
export function CompareToggle() {
  const { view, change } = usePageSearch();
  return (
    <button
      type="button"
      aria-pressed={view.compare}
      title="Key X"
      onClick={() => change((search) => withCompare(search, !view.compare))}
      className={`${plainButton} text-muted aria-pressed:text-ink`}
    >
      <span
        aria-hidden="true"
        className={`flex size-4 items-center justify-center rounded-sm border ${view.compare ? "border-strong bg-strong text-on-strong" : "border-control"}`}
      >
        {view.compare ? <Icon name="check" className="size-3.5" /> : null}
      </span>
      Compare
    </button>
  );
}

/** Days and months start where this zone says. The server's own zone is the default and stays out of the address. */
export function TimeZoneSelect({ className }: { className?: string }) {
  const { view, change } = usePageSearch();
  const server = useQuery(metaQuestion).data?.timeZone;
  const here = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = [...new Set([server, here, "UTC", view.timeZone].filter((zone) => zone !== undefined))];
  const current = view.timeZone ?? server;
  if (current === undefined) return null;
  return (
    <Select
      label="Time zone"
      className={className ?? ""}
      options={zones.map((zone) => ({ value: zone, label: zone === server ? `${zone} (server)` : zone }))}
      value={current}
      onChange={(zone) => change(({ tz: _tz, ...search }) => (zone === server ? search : { ...search, tz: zone }))}
    />
  );
}

function PhonePeriod() {
  const { view, change } = usePageSearch();
  const { open } = usePanels();
  const value = "name" in view.range ? view.range.name : "custom";
  const options = [
    ...PERIODS.map((period) => ({ value: period.name as string, label: period.label })),
    { value: "custom", label: "Custom" },
  ];
  if (!options.some((option) => option.value === value)) options.push({ value, label: value });
  return (
    <Select
      label="Period"
      className="w-36 md:hidden"
      options={options}
      value={value}
      onChange={(name) => {
        const period = PERIODS.find((one) => one.name === name);
        if (period === undefined) open("days");
        else change((search) => withPeriod(search, period.name));
      }}
    />
  );
}

const plainButton =
  "inline-flex h-9 items-center gap-2 rounded-lg border border-line bg-surface px-3 text-[0.8125rem] font-medium whitespace-nowrap hover:border-control";
const stepButton = "inline-flex size-8 shrink-0 items-center justify-center rounded-lg hover:bg-raised hover:text-ink";
