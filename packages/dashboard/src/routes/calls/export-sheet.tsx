import { exactCount } from "@outlay/react";
import { callsFileUrl } from "../../api/calls.ts";
import type { View } from "../../filters/search.ts";
import { Icon } from "../../ui/icon.tsx";
import { Sheet } from "../../ui/sheet.tsx";

/** The calls of the view as a file. */
export function ExportSheet({ view, calls, onClose }: { view: View; calls: number | null; onClose: () => void }) {
  return (
    <Sheet title="Export" onClose={onClose}>
      <p className="-mt-3 text-muted">
        {calls === null ? "The calls" : calls === 1 ? "The one call" : `All ${exactCount(calls)} calls`} of this period
        {view.filters.length === 0 ? "" : " under these filters"}, with every field and the exact cost, oldest recorded
        first.
      </p>
      <ul className="flex flex-col gap-2">
        {FORMATS.map(({ format, name, use }) => (
          <li key={format}>
            <a
              href={callsFileUrl(view, format)}
              download
              className="flex min-h-14 items-center gap-3 rounded-lg border border-line px-4 py-2 hover:border-control"
            >
              <Icon name="download" className="text-muted" />
              <span>
                <span className="block font-medium">{name}</span>
                <span className="block text-[0.8125rem] text-muted">{use}</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </Sheet>
  );
}

const FORMATS = [
  { format: "csv", name: "CSV", use: "For spreadsheets: a row for each call" },
  { format: "jsonl", name: "JSON Lines", use: "For programs: an object on each line" },
] as const;
