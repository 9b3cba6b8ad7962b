import type { ReactNode } from "react";
import { ChartTablesContext } from "../../charts/draw/as-table.ts";
import { textIn, usePageState } from "../../filters/use-page-state.ts";

/** Keeps in the address which charts are shown as tables, by their names: `?table=chart` or `?table=chart,trend`. */
export function ChartTables({ children }: { children: ReactNode }) {
  const { state, change } = usePageState(readTables);
  const tables = {
    names: namesIn(state.table ?? ""),
    turn: (name: string) =>
      change((before) => {
        const names = namesIn(before.table ?? "");
        const next = names.includes(name) ? names.filter((other) => other !== name) : [...names, name];
        return next.length === 0 ? {} : { table: next.join(",") };
      }),
  };
  return <ChartTablesContext value={tables}>{children}</ChartTablesContext>;
}

const namesIn = (text: string) => text.split(",").filter((name) => name !== "");

function readTables(raw: Record<string, unknown>): { table?: string } {
  const table = textIn(raw, "table");
  return table === undefined ? {} : { table };
}
