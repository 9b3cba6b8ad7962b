import type { Colors } from "./colors.ts";
import { padLeft, padRight, printable, textWidth, truncateText } from "./text-width.ts";

export interface Column {
  header: string;
  /** `point`: numbers under each other by their decimal point. `fixed`: on the left, and never shortened. */
  align: "left" | "fixed" | "right" | "point";
}

export interface Table {
  columns: Column[];
  rows: string[][];
  /** The last line, set apart. */
  totals?: string[];
}

const gap = "  ";
/** Text is shortened to this many columns before a line is allowed to be too long. */
const narrowest = 8;

/** Lines of an aligned table. `width`: what fits; text columns are shortened to fit, numbers never. */
export function drawTable(table: Table, options: { width: number; colors: Colors }): string[] {
  const { colors, width } = options;
  const lines = [table.columns.map(({ header }) => header), ...alignPoints(table)];
  const cells = lines.map((line) => line.map(printable));
  const widths = fit(table.columns, cells, width);
  const drawn = cells.map((line) => drawLine(table.columns, line, widths));
  const rule = colors.dim("─".repeat(Math.min(width, sum(widths) + gap.length * (widths.length - 1))));
  const [header, ...rest] = drawn;
  const body = table.totals === undefined ? rest : rest.slice(0, -1);
  const totals = table.totals === undefined ? [] : [rule, colors.bold(rest.at(-1)!)];
  return [colors.dim(header!), rule, ...body, ...totals];
}

/** All rows, the totals last, with the numbers of `point` columns filled up on the right of the decimal point. */
function alignPoints({ columns, rows, totals }: Table): string[][] {
  const lines = totals === undefined ? rows : [...rows, totals];
  const decimals = columns.map(({ align }, index) =>
    align === "point" ? Math.max(0, ...lines.map((line) => decimalsOf(line[index] ?? ""))) : 0,
  );
  return lines.map((line) => line.map((cell, index) => cell + " ".repeat(missing(cell, decimals[index] ?? 0))));
}

function missing(cell: string, decimals: number): number {
  return cell === "" ? 0 : Math.max(0, decimals - decimalsOf(cell));
}

/** Characters from the decimal point on. */
function decimalsOf(cell: string): number {
  const point = cell.indexOf(".");
  return point === -1 ? 0 : cell.length - point;
}

function fit(columns: Column[], cells: string[][], width: number): number[] {
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => textWidth(line[index] ?? ""))));
  let excess = sum(widths) + gap.length * (columns.length - 1) - width;
  while (excess > 0) {
    const widest = widestText(columns, widths);
    if (widest === null) break;
    const cut = Math.min(excess, Math.max(1, widths[widest]! - narrowest), widths[widest]! - narrowest);
    widths[widest]! -= Math.ceil(cut / 2);
    excess -= Math.ceil(cut / 2);
  }
  return widths;
}

/** Index of the widest text column that may still be shortened. */
function widestText(columns: Column[], widths: number[]): number | null {
  let widest: number | null = null;
  for (const [index, { align }] of columns.entries()) {
    if (align !== "left" || widths[index]! <= narrowest) continue;
    if (widest === null || widths[index]! > widths[widest]!) widest = index;
  }
  return widest;
}

function drawLine(columns: Column[], line: string[], widths: number[]): string {
  const cells = columns.map(({ align }, index) => {
    const width = widths[index]!;
    const cell = line[index] ?? "";
    if (align === "left") return padRight(truncateText(cell, width), width);
    return align === "fixed" ? padRight(cell, width) : padLeft(cell, width);
  });
  return cells.join(gap).trimEnd();
}

function sum(numbers: number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
