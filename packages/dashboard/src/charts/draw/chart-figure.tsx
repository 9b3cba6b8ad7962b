import type { ReactNode } from "react";
import { useAsTable } from "./as-table.ts";

/** A chart with its legend below and its numbers as a table one click away. The heading is the page's. */
export function ChartFigure({
  name,
  drawing,
  table,
  renderLegend,
}: {
  /** One word, its own on its page: by it the address says that the table is shown. */
  name: string;
  drawing: ReactNode;
  table: ReactNode;
  /** Gets the button that changes between both, to put it at its end. */
  renderLegend: (toggle: ReactNode, asTable: boolean) => ReactNode;
}) {
  const { asTable, turn } = useAsTable(name);
  const toggle = (
    <button
      type="button"
      onClick={turn}
      className="h-7 rounded-md px-2 text-[0.8125rem] font-medium text-muted underline-offset-4 hover:text-ink hover:underline"
    >
      {asTable ? "Show as chart" : "Show as table"}
    </button>
  );
  return (
    <figure className="flex min-w-0 flex-col gap-3">
      {asTable ? table : drawing}
      <figcaption>{renderLegend(toggle, asTable)}</figcaption>
    </figure>
  );
}

/** Where a chart would be, were there anything to draw. */
export function NothingToDraw({ height, children = "Nothing to show" }: { height?: number; children?: ReactNode }) {
  return (
    <p
      className="flex min-h-16 items-center justify-center rounded-lg border border-dashed border-line text-[0.8125rem] text-muted"
      style={{ height }}
    >
      {children}
    </p>
  );
}
