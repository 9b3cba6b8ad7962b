import { Readable } from "node:stream";

/** One record of a CSV file. */
export interface CsvRecord {
  cells: string[];
  /** On which it begins; the first is 1. */
  line: number;
}

const MAX_RECORD_CHARACTERS = 1_048_576;

/**
 * Records of RFC 4180 as the text comes: quoted cells with commas, quotes and line breaks in them. Empty lines and a byte order
 * mark are passed over; a record may have fewer or more cells than the others. RangeError for one that never ends.
 */
export async function* readCsv(
  text: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): AsyncIterable<CsvRecord> {
  // Only who reads files needs the parser.
  const { parse, CsvError } = await import("csv-parse");
  const parser = parse({
    bom: true,
    info: true,
    max_record_size: MAX_RECORD_CHARACTERS,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
  const source = Readable.from(text, { objectMode: true });
  source.on("error", (error) => parser.destroy(error)).pipe(parser);
  let line = 1;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      line = info.lines + 1;
      yield { cells: record, line: info.lines - breaksIn(record) };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new RangeError(`the record of line ${line} does not end`, { cause: error });
  } finally {
    source.destroy();
  }
}

/** The parser counts each character of a line break. */
function breaksIn(cells: string[]): number {
  return cells.reduce((sum, cell) => sum + (cell.match(/[\r\n]/g)?.length ?? 0), 0);
}
