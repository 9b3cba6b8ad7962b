import { callTime, exactTime } from "@outlay/react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { PRICE_KEY, refreshPrices, refreshQuestion } from "../../api/prices.ts";
import { metaQuestion } from "../../api/questions.ts";
import { Problem, smallButton } from "../../ui/form.tsx";
import { useNow } from "../../ui/use-now.ts";

/** How fresh the public price list is, and the changes in it that wait for a person. */
export function Freshness({ mayChange }: { mayChange: boolean }) {
  const queries = useQueryClient();
  const { data } = useQuery(refreshQuestion);
  const timeZone = useQuery(metaQuestion).data?.timeZone ?? "UTC";
  const nowMs = useNow();
  const [problem, setProblem] = useState<string | null>(null);
  const [isFetching, setFetching] = useState(false);
  if (data === undefined) return null;
  const fetchNow = async (confirm: string[]) => {
    setFetching(true);
    setProblem(null);
    try {
      await refreshPrices(confirm);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    setFetching(false);
    await queries.invalidateQueries({ queryKey: PRICE_KEY });
  };
  const checkedMs = data.checkedAt === null ? null : Date.parse(data.checkedAt);
  return (
    <section aria-label="Freshness" className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-[0.8125rem] text-muted">
        <p>
          {checkedMs === null ? (
            "The public price list is the one that came with Outlay."
          ) : (
            <>
              Public price list checked{" "}
              <time dateTime={data.checkedAt ?? undefined} title={exactTime(checkedMs, timeZone)}>
                {callTime(checkedMs, nowMs, timeZone)}
              </time>
              .
            </>
          )}{" "}
          {data.enabled ? null : "It is not fetched by itself: the setting is off. "}
          {data.failure === null ? null : <span title={data.failure}>The last try to fetch it failed.</span>}
        </p>
        {mayChange ? (
          <button type="button" disabled={isFetching} onClick={() => void fetchNow([])} className={smallButton}>
            {isFetching ? "Fetching…" : "Fetch it now"}
          </button>
        ) : null}
      </div>
      {problem === null ? null : <Problem>{problem}</Problem>}
      {data.held.length === 0 ? null : (
        <div className="flex flex-col gap-2 rounded-xl border border-control bg-surface px-4 py-3 sm:px-5">
          <h2 className="font-medium">
            {data.held.length === 1 ? "One change waits" : `${data.held.length} changes wait`} for a person
          </h2>
          <p className="text-[0.8125rem] text-muted">They are too large to be believed unseen.</p>
          <ul className="flex flex-col divide-y divide-line">
            {data.held.map(({ id, change }) => (
              <li key={id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-2">
                <span className="min-w-0 break-words">{change}</span>
                {mayChange ? (
                  <button
                    type="button"
                    disabled={isFetching}
                    onClick={() => void fetchNow([id])}
                    className={smallButton}
                  >
                    Take it over
                  </button>
                ) : null}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
