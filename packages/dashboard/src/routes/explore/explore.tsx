import { Segmented } from "../../ui/segmented.tsx";
import { ViewsMenu } from "../../views/views-menu.tsx";
import { DataPage } from "../frame/data-page.tsx";
import { Changes } from "./changes.tsx";
import { ChartCard } from "./chart-card.tsx";
import { Controls } from "./controls.tsx";
import { useChoices } from "./explore-state.ts";
import type { Mode } from "./explore-state.ts";
import { TableCard } from "./table-card.tsx";
import { useFigures } from "./use-figures.ts";

/** Any question of the recorded calls: as a chart and a table, or what changed between two periods and why. */
export function Explore() {
  const { choices, choose } = useChoices();
  return (
    <DataPage
      title="Explore"
      hasComparison={choices.mode === "figures"}
      actions={
        <>
          <Segmented label="Look at" options={MODES} value={choices.mode} onChange={(mode) => choose({ mode })} />
          <ViewsMenu />
        </>
      }
    >
      {choices.mode === "changes" ? <Changes /> : <FiguresOf />}
    </DataPage>
  );
}

function FiguresOf() {
  const { choices } = useChoices();
  const { shown, isWaiting, error } = useFigures(choices);
  return (
    <>
      <Controls />
      <ChartCard figures={shown} isWaiting={isWaiting} error={error} />
      {shown === null || shown.asked.group === null || error !== null ? null : (
        <TableCard figures={shown} isWaiting={isWaiting} />
      )}
    </>
  );
}

const MODES = [
  { value: "figures", label: "Figures" },
  { value: "changes", label: "What changed" },
] as const satisfies readonly { value: Mode; label: string }[];
