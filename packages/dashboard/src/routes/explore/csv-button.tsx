import { smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { csvText } from "./csv.ts";
import type { CsvCell } from "./csv.ts";

/** Saves the table beside it as a file, made here of the numbers on screen. */
export function CsvButton({ fileName, rows }: { fileName: string; rows: () => CsvCell[][] }) {
  const save = () => {
    const url = URL.createObjectURL(new Blob([csvText(rows())], { type: "text/csv" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = fileName;
    link.click();
    // The browser has begun by then; Safari only in the next turn.
    setTimeout(() => URL.revokeObjectURL(url), 1_000);
  };
  return (
    <button type="button" onClick={save} title="This table with exact numbers, as CSV" className={smallButton}>
      <Icon name="download" />
      CSV
    </button>
  );
}
