import { createContext, use, useState } from "react";

/** Which charts of the page show their numbers as a table. */
export interface ChartTables {
  names: readonly string[];
  /** From a table to the chart, or back. */
  turn: (name: string) => void;
}

/** Absent: each chart keeps it to itself. */
export const ChartTablesContext = createContext<ChartTables | null>(null);

/** Is this chart shown as a table, and the way to change that. */
export function useAsTable(name: string): { asTable: boolean; turn: () => void } {
  const tables = use(ChartTablesContext);
  const [own, setOwn] = useState(false);
  if (tables === null) return { asTable: own, turn: () => setOwn(!own) };
  return { asTable: tables.names.includes(name), turn: () => tables.turn(name) };
}
