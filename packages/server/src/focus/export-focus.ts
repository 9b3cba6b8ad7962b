import { buckets, InvalidInput, shown } from "@outlay/core";
import type { ExportFile, QueryParams } from "../ledger/answers.ts";
import { daysIn, findPeriod, parsePeriod } from "../ledger/asked-period.ts";
import { csvLine } from "../ledger/csv.ts";
import { parseFilters } from "../ledger/filters.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { FILTER_PARAMETERS, PERIOD_PARAMETERS, readParameters } from "../ledger/parameters.ts";
import { parquetFile, PARQUET_TYPE } from "../ledger/parquet.ts";
import { csvCellOf, type TypedColumn } from "../ledger/typed-column.ts";
import { chargeRow } from "./charge-rows.ts";
import { columnsOf, FOCUS_VERSIONS, type FocusColumn, type FocusVersion } from "./columns.ts";
import type { FocusRow } from "./focus-row.ts";
import { UsageRows } from "./usage-rows.ts";

const PAGE_ROWS = 500;
const EVENTS_AT_ONCE = 1_000;

/**
 * Costs and usage as FOCUS has them: a row for each UTC day, provider, model, kind of token, price and project, and one for each
 * charge. Parameters: `version` (1.2 unless asked otherwise), `format` csv or parquet, period (days and months of UTC) and filters;
 * charges are left out when there are filters. InvalidInput `unknown_format`, `unknown_focus_version`.
 */
export async function exportFocus(ledger: Ledger, params: QueryParams): Promise<ExportFile> {
  const parameters = readParameters(params, ["format", "version", ...PERIOD_PARAMETERS, ...FILTER_PARAMETERS]);
  const format = parameters.one("format") ?? "csv";
  if (format !== "csv" && format !== "parquet") {
    throw new InvalidInput("unknown_format", `format is ${shown(format)}; expected csv or parquet`, {
      field: "format",
    });
  }
  const version = readVersion(parameters.one("version"));
  const asked = parsePeriod(parameters, { now: ledger.now(), timeZone: "UTC" }, "month");
  const filters = parseFilters(parameters.all("filter"));
  const period = await findPeriod(ledger, asked);
  const rows = focusRows(ledger, { startMs: period.startMs, endMs: period.endMs, filters });
  const columns = columnsOf(version).map(typedColumn);
  const filename = `focus-${version}-${daysIn(period)}.${format}`;
  if (format === "csv") {
    return { contentType: "text/csv; charset=utf-8", filename, body: csvOf(columns, rows) };
  }
  const body = parquetFile(columns, rows, { "focus.version": version });
  return { contentType: PARQUET_TYPE, filename, body };
}

function readVersion(text = "1.2"): FocusVersion {
  if ((FOCUS_VERSIONS as readonly string[]).includes(text)) return text as FocusVersion;
  throw new InvalidInput(
    "unknown_focus_version",
    `version is ${shown(text)}; expected one of ${FOCUS_VERSIONS.join(", ")}`,
    { field: "version" },
  );
}

interface Range {
  startMs: number;
  endMs: number;
  filters: ReturnType<typeof parseFilters>;
}

/** A month at a time: what is in memory are the rows of one. */
async function* focusRows(ledger: Ledger, { startMs, endMs, filters }: Range): AsyncIterable<FocusRow[]> {
  for (const month of buckets({ startMs, endMs, timeZone: "UTC" }, "month")) {
    const range = { startMs: Math.max(startMs, month.startMs), endMs: Math.min(endMs, month.endMs) };
    const usage = new UsageRows(ledger);
    for await (const page of ledger.storage.scanEvents({ ...range, filters, pageSize: EVENTS_AT_ONCE })) {
      for (const event of page) await usage.add(event);
    }
    const charges = filters.length > 0 ? [] : await ledger.storage.listCharges(range);
    const rows = [...usage.take(), ...charges.map(chargeRow).filter((row) => row !== null)];
    for (let from = 0; from < rows.length; from += PAGE_ROWS) yield rows.slice(from, from + PAGE_ROWS);
  }
}

function typedColumn({ name, type }: FocusColumn): TypedColumn<FocusRow> {
  return { name, type, valueOf: (row) => row[name as keyof FocusRow] };
}

async function* csvOf(columns: TypedColumn<FocusRow>[], pages: AsyncIterable<FocusRow[]>): AsyncIterable<string> {
  yield csvLine(columns.map(({ name }) => name));
  for await (const page of pages) {
    yield page.map((row) => csvLine(columns.map((column) => cellOf(column, row)))).join("");
  }
}

/** FOCUS writes instants without fractions of a second. */
function cellOf(column: TypedColumn<FocusRow>, row: FocusRow) {
  const cell = csvCellOf(column, row);
  return column.type === "instant" && typeof cell === "string" ? cell.replace(".000Z", "Z") : cell;
}
