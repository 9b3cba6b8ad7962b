import { useState } from "react";
import { Sheet } from "../ui/sheet.tsx";
import { keysAreOn, turnKeys } from "./keys-are-on.ts";
import { SHORTCUTS } from "./shortcuts.ts";

/** The list of keys, from the one declaration that also acts on them, and the switch that turns them off. */
export function KeysSheet({ onClose }: { onClose: () => void }) {
  const [on, setOn] = useState(keysAreOn);
  return (
    <Sheet title="Keyboard" onClose={onClose}>
      <dl className="grid grid-cols-[1fr_auto] gap-x-6 gap-y-1.5">
        {SHORTCUTS.map((shortcut) => (
          <div key={shortcut.key} className="col-span-2 grid grid-cols-subgrid items-center">
            <dt>{shortcut.label}</dt>
            <dd className="text-right">
              {shortcut.key.split(" ").map((key) => (
                <kbd
                  key={key}
                  className="ml-1 inline-block min-w-7 rounded-md border border-line bg-raised px-1.5 py-0.5 text-center font-sans text-xs font-medium"
                >
                  {KEY_NAMES[key] ?? key.toUpperCase()}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p className="text-[0.8125rem] text-muted">
        On a bar of the chart, arrow keys walk from bar to bar and Enter shows only its days.
      </p>
      <label className="flex items-center gap-3 border-t border-line pt-4">
        <input
          type="checkbox"
          checked={on}
          onChange={(event) => {
            setOn(event.target.checked);
            turnKeys(event.target.checked);
          }}
          className="size-4 accent-accent"
        />
        Single keys act
      </label>
    </Sheet>
  );
}

const KEY_NAMES: Record<string, string> = { ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" };
