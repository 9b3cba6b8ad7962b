import { otherButton } from "../../ui/form.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { CALL_COLUMNS, DEFAULT_COLUMNS, NAMING_COLUMN } from "./columns.tsx";

/** Which columns the list shows. */
export function ColumnsSheet({
  chosen,
  onChange,
  onClose,
}: {
  chosen: readonly string[];
  onChange: (columns: readonly string[]) => void;
  onClose: () => void;
}) {
  return (
    <Sheet title="Columns" onClose={onClose}>
      <p className="-mt-3 text-muted">What has no room on your window is left out, from the end.</p>
      <ul className="grid grid-cols-2 gap-x-4">
        {CALL_COLUMNS.map(({ key, label }) => (
          <li key={key}>
            <label className="flex min-h-9 items-center gap-2.5">
              <input
                type="checkbox"
                checked={key === NAMING_COLUMN || chosen.includes(key)}
                disabled={key === NAMING_COLUMN}
                onChange={({ target }) =>
                  onChange(target.checked ? [...chosen, key] : chosen.filter((other) => other !== key))
                }
                className="size-4 accent-strong"
              />
              {label}
            </label>
          </li>
        ))}
      </ul>
      <button type="button" onClick={() => onChange(DEFAULT_COLUMNS)} className={otherButton}>
        Show the usual columns
      </button>
    </Sheet>
  );
}
