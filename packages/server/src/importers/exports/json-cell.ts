/** JSON that stands in a cell of CSV as text; the value itself in JSON. undefined when it is none. */
export function jsonCell(cell: unknown): unknown {
  if (typeof cell !== "string") return cell;
  try {
    return JSON.parse(cell);
  } catch {
    return undefined;
  }
}
