import { useQueryClient } from "@tanstack/react-query";
import { ApiProblem } from "../../api/client.ts";
import { Icon } from "../../ui/icon.tsx";

/** Something could not be asked: what, what is still on screen, and another try. */
export function ServerTrouble({ error, shownAtMs }: { error: Error; shownAtMs: number }) {
  const queries = useQueryClient();
  const since = shownAtMs > 0 ? ` The numbers below are from ${new Date(shownAtMs).toTimeString().slice(0, 5)}.` : "";
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-xl border border-high bg-high-back px-4 py-3 text-high"
    >
      <Icon name="warning" />
      <p className="min-w-0 grow basis-60 break-words">
        <span className="font-medium">{error.message}</span>
        {since}
        {error instanceof ApiProblem ? <span className="opacity-90"> ({error.code})</span> : null}
      </p>
      <button
        type="button"
        onClick={() => void queries.invalidateQueries()}
        className="h-9 rounded-lg border border-high px-3 text-[0.8125rem] font-medium"
      >
        Try again
      </button>
    </div>
  );
}
