import { expect, it } from "vitest";
import { chooseColors } from "./colors.ts";
import { drawTable } from "./table.ts";
import type { Table } from "./table.ts";
import { textWidth } from "./text-width.ts";

const colors = chooseColors({ env: {}, isTerminal: false, noColorFlag: false });
const table: Table = {
  columns: [
    { header: "Model", align: "left" },
    { header: "Cost", align: "point" },
    { header: "Calls", align: "right" },
  ],
  rows: [
    ["claude-sonnet-4-5-20250929", "$12.50", "1,200"],
    ["通义千问", "$0.0004", "7"],
    ["(none)", "–", "3"],
  ],
  totals: ["Total", "$12.5004", "1,210"],
};

it("puts decimal points under each other, also beside wide characters", () => {
  expect(drawTable(table, { width: 200, colors })).toEqual([
    "Model                           Cost  Calls",
    "───────────────────────────────────────────",
    "claude-sonnet-4-5-20250929  $12.50    1,200",
    "通义千问                     $0.0004      7",
    "(none)                        –           3",
    "───────────────────────────────────────────",
    "Total                       $12.5004  1,210",
  ]);
});

it("shortens text and never numbers until it fits", () => {
  for (const width of [30, 34, 38]) {
    const lines = drawTable(table, { width, colors });
    expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(width);
    expect(lines.join("\n")).toContain("$12.5004  1,210");
  }
});

it("stays readable when there is no room at all", () => {
  expect(drawTable(table, { width: 5, colors }).join("\n")).toContain("$12.5004  1,210");
});

it("leaves points alone where they are no decimal points", () => {
  const columns = [{ header: "Path", align: "left" as const }];
  expect(drawTable({ columns, rows: [["/a.folder/with.points"]] }, { width: 80, colors }).at(-1)).toBe(
    "/a.folder/with.points",
  );
});

it("draws nothing but the header for no rows", () => {
  expect(drawTable({ columns: table.columns, rows: [] }, { width: 80, colors })[0]).toBe("Model  Cost  Calls");
});
