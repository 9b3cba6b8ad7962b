import { useQuery } from "@tanstack/react-query";
import { callTime, exactMoney, exactTime, money } from "@outlay/react";
import { leasesQuestion, overridesQuestion } from "../../api/limits.ts";
import type { Limit } from "../../api/limits.ts";
import { Card } from "../../ui/card.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { useNow } from "../../ui/use-now.ts";
import { Raised } from "./raised.tsx";

const SHOWN = 8;

/** What holds for a time: limits that are raised, and what is set aside for calls that run. */
export function RunningCard({
  limits,
  mayChange,
  timeZone,
  onOpen,
}: {
  limits: readonly Limit[];
  mayChange: boolean;
  timeZone: string;
  onOpen: (id: string, value: string | null) => void;
}) {
  const overrides = useQuery(overridesQuestion);
  const nameOf = (id: string) => limits.find((limit) => limit.id === id)?.name ?? id;
  return (
    <>
      <Card title="Raised for a time" id="raised">
        <div className="px-4 pt-1 pb-4 sm:px-5">
          {overrides.error === null ? null : <ProblemNote error={overrides.error} />}
          {overrides.data?.overrides.length === 0 ? (
            <p className="text-muted">No limit is raised. Open one to raise it, for one or for everybody.</p>
          ) : null}
          <ul className="flex flex-col gap-3">
            {overrides.data?.overrides.map((override) => (
              <Raised
                key={override.id}
                override={override}
                name={nameOf(override.limitId)}
                mayChange={mayChange}
                timeZone={timeZone}
                onOpen={() => onOpen(override.limitId, override.value)}
              />
            ))}
          </ul>
        </div>
      </Card>
      {mayChange ? <Leases nameOf={nameOf} timeZone={timeZone} /> : null}
    </>
  );
}

/** Only administrators may see them: a lease tells of somebody's call. */
function Leases({ nameOf, timeZone }: { nameOf: (id: string) => string; timeZone: string }) {
  const { data, error } = useQuery(leasesQuestion);
  const nowMs = useNow();
  const leases = data?.leases.toSorted((one, other) => other.leasedUsd - one.leasedUsd) ?? [];
  return (
    <Card title="Set aside for calls that run" id="leases">
      <div className="flex flex-col gap-2 px-4 pt-1 pb-4 sm:px-5">
        {error === null ? null : <ProblemNote error={error} />}
        {data !== undefined && leases.length === 0 ? (
          <p className="text-muted">Nothing: no call runs that a limit counts.</p>
        ) : null}
        <ul className="flex flex-col gap-1.5 text-[0.8125rem]">
          {leases.slice(0, SHOWN).map((lease) => (
            <li key={lease.id} className="flex justify-between gap-4">
              <span className="min-w-0 truncate" title={`Call ${lease.eventId}`}>
                {lease.limitIds.map(nameOf).join(", ")}
              </span>
              <span className="whitespace-nowrap">
                <span title={exactMoney(lease.leasedUsd)}>{money(lease.leasedUsd)}</span>
                <span className="text-muted" title={exactTime(Date.parse(lease.expiresAt), timeZone)}>
                  {" "}
                  until {callTime(Date.parse(lease.expiresAt), nowMs, timeZone, "short")}
                </span>
              </span>
            </li>
          ))}
        </ul>
        {leases.length > SHOWN ? (
          <p className="text-[0.8125rem] text-muted">and {leases.length - SHOWN} smaller ones</p>
        ) : null}
      </div>
    </Card>
  );
}
