import { providerOfCall } from "../../provider-of-model.ts";
import { knownOnly } from "../../read-values.ts";
import { usageOfParts } from "../../usage-of-parts.ts";
import { cellCount, cellInstant, cellNumber, cellText, type CellFormat } from "../cells.ts";
import { Columns, exportFile, type RowReading } from "../export-file.ts";
import type { ExportRow } from "../read-rows.ts";

/** Usage as one downloads it from Cursor's dashboard; facts in the README. */
export const cursorCsv = exportFile({ name: "cursor-csv", title: "Cursor's usage (CSV)", open });

function open(names: string[] | null, format: CellFormat): (row: ExportRow["cells"]) => RowReading {
  const columns = new Columns(names);
  const date = columns.need("Date");
  const model = columns.need("Model");
  const plainInput = columns.need("Input (w/o Cache Write)", "Input Tokens");
  const written = columns.find("Input (w/ Cache Write)", "Cache Write");
  const read = columns.find("Cache Read");
  const output = columns.need("Output Tokens", "Output");
  const cost = columns.find("Cost");
  const toYou = columns.find("Cost to you");
  const kind = columns.find("Kind");
  const maxMode = columns.find("Max Mode");
  const user = columns.find("User", "Email");
  return (row) => {
    const occurredAt = cellInstant(row[date], date, format);
    if (occurredAt === null) return { leftOut: "rows without a date" };
    const count = (column: string | null) =>
      column === null ? undefined : (cellCount(row[column], column, format) ?? undefined);
    const parts = {
      input: count(plainInput),
      cacheWrite: count(written),
      cacheRead: count(read),
      output: count(output),
    };
    const kindText = kind === null ? null : cellText(row[kind]);
    if (/^errored|no charge$/i.test(kindText ?? "") && !Object.values(parts).some((part) => (part ?? 0) > 0)) {
      return { leftOut: "failed calls that cost nothing" };
    }
    const modelName = cellText(row[model]) ?? "unknown";
    const charged = moneyOf(row, toYou, format) ?? moneyOf(row, cost, format);
    const userName = user === null ? null : cellText(row[user]);
    return {
      // cost and kind change when a bill is closed, and are told by some versions only
      id: { of: [occurredAt, modelName, parts.input, parts.cacheWrite, parts.cacheRead, parts.output, userName] },
      event: {
        occurredAt,
        provider: providerOfCall(null, modelName),
        model: modelName,
        operation: "chat",
        usage: usageOfParts(parts),
        agent: "cursor",
        activity: "coding",
        ...(userName === null ? {} : { user: userName }),
        ...(charged === null || charged.isIncluded ? {} : { reportedCostUsd: charged.usd }),
        // a plan pays for it: its list price is what it was worth
        ...(charged?.isIncluded === true || /included/i.test(kindText ?? "")
          ? { tags: { billing: "subscription" } }
          : {}),
        metadata: knownOnly({
          kind: kindText,
          maxMode: maxMode !== null && /^(yes|true|1)$/i.test(cellText(row[maxMode]) ?? "") ? true : null,
          toolCostUsd: charged?.isIncluded === true && charged.usd > 0 ? charged.usd : null,
        }),
      },
    };
  };
}

/** `$0.12`, `0.12`, `Included`, `Included ($0.04)`, `Free`; null: nothing is said. */
function moneyOf(
  row: ExportRow["cells"],
  column: string | null,
  format: CellFormat,
): { usd: number; isIncluded: boolean } | null {
  const text = column === null ? null : cellText(row[column]);
  if (text === null || column === null) return null;
  const inside = /^(?:included|free)\b[^$\d]*(\$?[\d.,]+)?/i.exec(text);
  if (inside !== null) return { usd: cellNumber(inside[1] ?? "0", column, format) ?? 0, isIncluded: true };
  const usd = cellNumber(text, column, format) ?? 0;
  return { usd: Math.max(0, usd), isIncluded: false };
}
