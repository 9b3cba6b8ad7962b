import { Link } from "@tanstack/react-router";
import { callTime, counted, exactMoney, exactTime, money } from "@outlay/react";
import { explanationQuestion } from "../../api/limits.ts";
import type { Explanation, Spender } from "../../api/limits.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { useOpenCall } from "../../calls/use-open-call.ts";
import { BudgetBar } from "../../charts/draw/budget-bar.tsx";
import type { Search } from "../../filters/search.ts";
import { costCell } from "../../format/cost-cell.ts";
import { smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { useNow } from "../../ui/use-now.ts";

/** Why a call was refused: what had filled the limit when it came. */
export function RefusalSheet({
  id,
  timeZone,
  onOpenLimit,
  onClose,
}: {
  id: string;
  timeZone: string;
  onOpenLimit: (id: string, value: string | null) => void;
  onClose: () => void;
}) {
  const { data, error } = useKeptQuery(explanationQuestion(id));
  return (
    <Sheet form="drawer" title="Why it was refused" onClose={onClose}>
      {error === null ? null : <ProblemNote error={error} />}
      {data === undefined || data.id !== id ? null : (
        <Why why={data} timeZone={timeZone} onOpenLimit={() => onOpenLimit(data.limit.limitId, data.limit.value)} />
      )}
    </Sheet>
  );
}

function Why({ why, timeZone, onOpenLimit }: { why: Explanation; timeZone: string; onOpenLimit: () => void }) {
  const { call, limit, wantedUsd, code } = why;
  const nowMs = useNow();
  const atMs = Date.parse(why.at);
  const user = call.dimensions["user"];
  const filters = Object.entries(SPENDER_FILTERS).filter(([key]) => why.top[key as keyof typeof why.top].length > 0);
  return (
    <>
      <p>
        <time dateTime={why.at} title={exactTime(atMs, timeZone)}>
          {callTime(atMs, nowMs, timeZone)}
        </time>
        : a call of {call.model}
        {user === undefined ? "" : ` for ${user}`}
        {code === "unpriced_model" ? ", which has no price" : `, which may cost ${money(wantedUsd)}`}.
      </p>
      <div className="flex flex-col gap-2">
        <p>
          <button
            type="button"
            onClick={onOpenLimit}
            className="min-h-6 font-medium text-accent underline underline-offset-4"
          >
            {limit.name}
          </button>{" "}
          <span className="text-muted">({limit.scope})</span>
        </p>
        <BudgetBar
          name={`${limit.name} as the call found it`}
          amountUsd={limit.amountUsd}
          spentUsd={limit.spentUsd}
          reservedUsd={limit.leasedUsd}
          projectedUsd={null}
          thresholdsPercent={[100]}
        />
        <p className="text-[0.8125rem] text-muted">
          As the call found it.{" "}
          <span title={exactMoney(why.spentNowUsd)}>
            Of the same period, {money(why.spentNowUsd)} are recorded by now.
          </span>
          {why.retryAfterSeconds === null ? " Waiting does not help." : ""}
        </p>
      </div>
      <Link to="/calls" search={callsOf(why)} className={`${smallButton} self-start`}>
        <Icon name="list" />
        Calls that counted
      </Link>
      {filters.map(([key, title]) => (
        <Spenders key={key} title={title} spenders={why.top[key as keyof typeof why.top]} />
      ))}
      <Dearest why={why} timeZone={timeZone} />
      {why.charges.length > 0 ? (
        <List
          title="Costs that are no calls"
          rows={why.charges.map((charge) => ({
            key: charge.id,
            name: charge.kind.replaceAll("_", " "),
            ...cost(charge.amountUsd),
          }))}
        />
      ) : null}
      {why.leases.length > 0 ? (
        <List
          title="Set aside for calls that ran at that moment"
          rows={why.leases.map((lease) => ({ key: lease.eventId, name: lease.eventId, ...cost(lease.leasedUsd) }))}
        />
      ) : null}
    </>
  );
}

const SPENDER_FILTERS = { users: "Users", models: "Models", agents: "Agents", projects: "Projects", keys: "Keys" };

function Spenders({ title, spenders }: { title: string; spenders: readonly Spender[] }) {
  const rows = spenders.slice(0, 5).map(({ value, calls, costUsd, unpricedCalls }) => ({
    key: value ?? "",
    name: value ?? "unattributed",
    ...cost(costUsd, calls, unpricedCalls),
    note: counted(calls, "call"),
  }));
  return <List title={title} rows={rows} />;
}

function Dearest({ why, timeZone }: { why: Explanation; timeZone: string }) {
  const { open } = useOpenCall();
  const nowMs = useNow();
  if (why.events.length === 0) return null;
  return (
    <section className="flex flex-col gap-1">
      <h3 className="font-semibold">
        Dearest calls{why.allEventsRead ? "" : <span className="font-normal text-muted"> of the newest 20,000</span>}
      </h3>
      <ul className="flex flex-col text-[0.8125rem]">
        {why.events.map((event) => (
          <li key={event.id} className="flex items-baseline justify-between gap-4">
            <button
              type="button"
              onClick={() => open(event.id)}
              className="min-h-7 min-w-0 truncate text-left underline-offset-4 hover:underline decoration-control"
            >
              {callTime(Date.parse(event.occurredAt), nowMs, timeZone, "short")} · {event.model}
            </button>
            <span className="whitespace-nowrap" title={exactMoney(event.costUsd)}>
              {money(event.costUsd)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function List({
  title,
  rows,
}: {
  title: string;
  rows: { key: string; name: string; text: string; title: string; note?: string }[];
}) {
  return (
    <section className="flex flex-col gap-1">
      <h3 className="font-semibold">{title}</h3>
      <ul className="flex flex-col gap-1 text-[0.8125rem]">
        {rows.map(({ key, name, text, title: exact, note }) => (
          <li key={key} className="flex justify-between gap-4">
            <span className="min-w-0 truncate" title={name}>
              {name}
            </span>
            <span className="whitespace-nowrap" title={exact}>
              {note === undefined ? null : <span className="text-muted">{note} · </span>}
              {text}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function cost(usd: number, calls: number | null = null, unpricedCalls = 0): { text: string; title: string } {
  return costCell({ cost: usd, calls, unpricedCalls });
}

/** The filters are those of the address that the API names. */
function callsOf({ period, links }: Explanation): Search {
  const filter = new URL(links.events, "http://outlay.invalid").searchParams.getAll("filter");
  return { from: period.start, to: period.end, ...(filter.length === 0 ? {} : { filter }) };
}
