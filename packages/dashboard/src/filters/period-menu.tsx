import { Segmented } from "../ui/segmented.tsx";
import { usePanels } from "./use-panels.ts";
import { PERIODS } from "./periods.ts";
import { withPeriod } from "./search.ts";
import { usePageSearch } from "./use-search.ts";

/** The periods as a row of buttons, the last of which opens the choice of days. */
export function PeriodMenu({ className }: { className?: string }) {
  const { view, change } = usePageSearch();
  const { open } = usePanels();
  return (
    <Segmented
      label="Period"
      className={className ?? ""}
      options={OPTIONS}
      value={
        "name" in view.range
          ? (OPTIONS.find(({ value }) => "name" in view.range && value === view.range.name)?.value ?? null)
          : "custom"
      }
      onChange={(value) => (value === "custom" ? open("days") : change((search) => withPeriod(search, value)))}
    />
  );
}

const OPTIONS = [
  ...PERIODS.map((period) => ({ value: period.name, label: period.label, title: `Key ${period.key.toUpperCase()}` })),
  { value: "custom", label: "Custom", title: "Key C" },
] as const;
