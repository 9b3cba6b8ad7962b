import { useState } from "react";
import { replayLimit } from "../api/limits.ts";
import type { Replay, WireLimit } from "../api/limits.ts";
import { Problem, smallButton } from "../ui/form.tsx";
import { Icon } from "../ui/icon.tsx";
import { ReplayResult } from "./replay-result.tsx";

const DAYS = 30;

/** "What would this have done?", for what is filled in, before it is made. Stands within the form. */
export function ReplayTry({ read }: { read: (values: Record<string, string>) => WireLimit }) {
  const [outcome, setOutcome] = useState<Replay | Error | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  const ask = async (form: HTMLFormElement) => {
    setIsAsking(true);
    const entries = [...new FormData(form)].filter((entry): entry is [string, string] => typeof entry[1] === "string");
    const { enabled: _enabled, ...limit } = read(Object.fromEntries(entries));
    setOutcome(await replayLimit({ limit }, DAYS).catch((error: Error) => error));
    setIsAsking(false);
  };
  return (
    <div className="flex flex-col items-start gap-3 border-t border-line pt-4">
      <button
        type="button"
        disabled={isAsking}
        onClick={({ currentTarget: { form } }) => {
          if (form?.reportValidity() === true) void ask(form);
        }}
        className={smallButton}
      >
        <Icon name="play" />
        {isAsking ? "Running the calls through it…" : `Try it on the last ${DAYS} days`}
      </button>
      <div aria-live="polite" className="w-full">
        {outcome === null ? null : outcome instanceof Error ? (
          <Problem>{outcome.message}</Problem>
        ) : (
          <ReplayResult replay={outcome} />
        )}
      </div>
    </div>
  );
}
