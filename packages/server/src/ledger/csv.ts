/** A cell before it is written. Unknown and absent are empty. */
export type Cell = string | number | boolean | ExactNumber | null | undefined;

/** A decimal that JavaScript's numbers do not hold, in the digits that are to be written. */
export interface ExactNumber {
  exact: string;
}

/** One line of CSV (RFC 4180), with its end. */
export function csvLine(cells: Cell[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/** A number without exponent: spreadsheets differ in how they read "1e-9". */
export function plainNumber(value: number): string {
  const text = String(value);
  if (!text.includes("e")) return text;
  return Math.abs(value) >= 1 ? BigInt(Math.round(value)).toString() : value.toFixed(20).replace(/\.?0+$/, "");
}

/** Text that a spreadsheet would take for a formula gets an apostrophe before it. Numbers are never text. */
function csvCell(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "number") return Number.isFinite(cell) ? plainNumber(cell) : "";
  if (typeof cell === "boolean") return String(cell);
  if (typeof cell === "object") return cell.exact;
  const safe = /^[=+\-@\t\r\n]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
