/** Records of CSV (RFC 4180) as their bytes come, each with the line on which it begins. A byte order mark is passed over. */
export async function* readCsv(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): AsyncIterable<{ cells: string[]; line: number }> {
  const decoder = new TextDecoder();
  let cells: string[] = [];
  let cell = "";
  let line = 1;
  let startLine = 1;
  let isQuoted = false;
  /** A quotation mark was just read inside quotes: the end of them, or half of one that is meant. */
  let isMark = false;
  let isEmpty = true;
  for await (const chunk of chunks) {
    const text = typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    for (const sign of text) {
      if (sign === "\n") line++;
      if (isQuoted && !isMark) {
        if (sign === '"') isMark = true;
        else cell += sign;
        continue;
      }
      if (isMark) {
        isMark = false;
        if (sign === '"') {
          cell += '"';
          continue;
        }
        isQuoted = false;
      }
      if (sign === '"' && cell === "") isQuoted = true;
      else if (sign === ",") {
        cells.push(cell);
        cell = "";
      } else if (sign === "\n") {
        if (!isEmpty) yield { cells: [...cells, cell.replace(/\r$/, "")], line: startLine };
        cells = [];
        cell = "";
        startLine = line;
        isEmpty = true;
        continue;
      } else cell += sign;
      if (sign !== "\r") isEmpty = false;
    }
  }
  if (!isEmpty) yield { cells: [...cells, cell], line: startLine };
}
