import { count, counted, exactCount, exactMoney, money, percent } from "@outlay/react";
import type { HitCalls, Replay } from "../api/limits.ts";
import { dayRange } from "../format/time.ts";
import { eachName } from "./words.ts";

/** What a limit would have done to the last days: in one sentence, with whom it would have hit. */
export function ReplayResult({ replay }: { replay: Replay }) {
  const { calls, costUsd, refusedCalls, savedUsd, warnedCalls, throttledCalls, swappedCalls, swapSavedUsd } = replay;
  const share = calls === 0 ? null : refusedCalls / calls;
  const numbers: ({ name: string; note: string } & (
    | { value: number; usd?: never }
    | { usd: number; value?: never }
  ))[] = [
    { name: "Refused", value: refusedCalls, note: share === null ? "" : `${percent(share)} of the calls` },
    { name: "Not spent", usd: savedUsd, note: `of ${money(costUsd)}` },
    ...(throttledCalls > 0 ? [{ name: "Slowed down", value: throttledCalls, note: "had to wait their minute" }] : []),
    ...(swappedCalls > 0 ? [{ name: "Other model", value: swappedCalls, note: `saves ${money(swapSavedUsd)}` }] : []),
    { name: "Warned", value: warnedCalls, note: "above a threshold" },
  ];
  const each = replay.limit.each;
  return (
    <section aria-label="What it would have done" className="flex flex-col gap-3 rounded-lg bg-raised/70 p-4">
      <p className="text-[0.8125rem] text-muted">
        {dayRange(Date.parse(replay.from), Date.parse(replay.readTo), "UTC")}:{" "}
        {refusedCalls === 0
          ? `none of ${counted(calls, "call")} would have been refused.`
          : `${counted(refusedCalls, "call")} of ${count(calls)} would have been refused.`}
        {replay.complete ? "" : " There are more calls than are read; this is up to the last day named."}
      </p>
      <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        {numbers.map(({ name, note, ...number }) => (
          <div key={name} className="min-w-0">
            <dt className="text-xs text-muted">{name}</dt>
            <dd>
              <span
                className="font-semibold"
                title={number.usd === undefined ? exactCount(number.value) : exactMoney(number.usd)}
              >
                {number.usd === undefined ? count(number.value) : money(number.usd)}
              </span>
              <span className="block text-xs text-muted">{note}</span>
            </dd>
          </div>
        ))}
      </dl>
      {replay.hitValues.length > 0 ? (
        <Hit
          title={`Whom it would have hit${each === null ? "" : `: each ${eachName(each)}`}`}
          spenders={replay.hitValues}
          all={replay.hitValueCount}
        />
      ) : (
        HIT.filter(({ key }) => replay.hit[key].length > 0)
          .slice(0, 2)
          .map(({ key, title }) => <Hit key={key} title={title} spenders={replay.hit[key]} />)
      )}
      <p className="text-xs text-muted">How it is told: {replay.method}.</p>
    </section>
  );
}

const HIT = [
  { key: "user", title: "Users whose calls it would have refused" },
  { key: "model", title: "Models" },
  { key: "agent", title: "Agents" },
] as const;

function Hit({ title, spenders, all = spenders.length }: { title: string; spenders: HitCalls[]; all?: number }) {
  const shown = spenders.slice(0, 5);
  return (
    <div className="flex flex-col gap-1">
      <h3 className="text-xs text-muted">{title}</h3>
      <ul className="flex flex-col gap-0.5 text-[0.8125rem]">
        {shown.map(({ value, calls, costUsd }) => (
          <li key={value ?? ""} className="flex justify-between gap-4">
            <span className="min-w-0 truncate">{value ?? "unattributed"}</span>
            <span className="whitespace-nowrap text-muted" title={exactMoney(costUsd)}>
              {counted(calls, "call")}, {money(costUsd)}
            </span>
          </li>
        ))}
      </ul>
      {all > shown.length ? <p className="text-xs text-muted">and {count(all - shown.length)} more</p> : null}
    </div>
  );
}
