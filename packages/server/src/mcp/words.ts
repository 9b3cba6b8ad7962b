/** Dollars as exactly as they are known; – where they are not. */
export function usd(value: unknown): string {
  if (typeof value !== "number") return "–";
  const text = Math.abs(value) >= 1 || value === 0 ? value.toFixed(2) : String(Number(value.toPrecision(4)));
  return `${value < 0 ? "-" : ""}$${text.replace("-", "")}`;
}

/** A table in Markdown. */
export function table(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}

function line(cells: readonly unknown[]): string {
  return `| ${cells.map(cell).join(" | ")} |`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "–";
  return String(value).replaceAll("|", "\\|").replaceAll(/\s+/g, " ");
}

/** `2026-11-01 to 2026-11-22 (UTC)`; the end is excluded. */
export function span(period: { start: string; end: string; timeZone?: string; name?: string }): string {
  const { start, end, timeZone, name } = period;
  return `${name === undefined ? "" : `${name}: `}${start} to ${end} (excluded${timeZone === undefined ? "" : `; days of ${timeZone}`})`;
}
