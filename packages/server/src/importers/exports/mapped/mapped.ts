import { InvalidInput } from "@outlay/core";
import type { FileOptions, Importer } from "../../importer.ts";
import { exportFile } from "../export-file.ts";
import { readMapping, type Mapping } from "./mapping.ts";
import { mappedRow } from "./mapped-row.ts";

/** Any CSV, with a word on which column is what; facts in the README. */
export const csv = mappedFile("csv", "CSV");
/** Any JSON lines, or a JSON list, the same. */
export const jsonl = mappedFile("jsonl", "JSON lines");

function mappedFile(name: string, title: string): Importer {
  const importer = (mapping: Mapping | null, options: FileOptions = {}): Importer => ({
    ...exportFile(
      {
        name,
        title,
        lists: ["data", "rows", "events", "results"],
        open(columns, cells) {
          if (mapping === null) throw new InvalidInput("invalid_parameter", NO_MAPPING, { field: "map" });
          return mappedRow(mapping, columns, cells);
        },
      },
      options,
    ),
    configure: (chosen) => importer(readMapping(chosen), chosen),
  });
  return importer(null);
}

const NO_MAPPING = "say which column is what, such as --map occurredAt=Date,model=Model,inputTokens=Prompt";
