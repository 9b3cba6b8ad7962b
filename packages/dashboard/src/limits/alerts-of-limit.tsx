import { callTime, exactTime } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { allAlertsQuestion } from "../api/alerts.ts";
import { SeverityMark } from "../alerts/severity-mark.tsx";
import { useNow } from "../ui/use-now.ts";

const SHOWN = 6;

/** What fired about a budget or limit, the newest first. */
export function AlertsOfLimit({ id, value, timeZone }: { id: string; value: string | undefined; timeZone: string }) {
  const { data } = useQuery(allAlertsQuestion);
  const nowMs = useNow();
  if (data === undefined) return null;
  const alerts = data.alerts
    .filter(({ limit }) => limit?.limitId === id && (value === undefined || limit.value === value))
    .toSorted((one, other) => other.openedAt.localeCompare(one.openedAt));
  return (
    <section aria-labelledby="its-alerts" className="flex flex-col gap-2">
      <h3 id="its-alerts" className="font-semibold">
        Alerts
      </h3>
      {alerts.length === 0 ? <p className="text-muted">None has fired.</p> : null}
      <ul className="flex flex-col">
        {alerts.slice(0, SHOWN).map((alert) => (
          <li key={alert.id}>
            <Link
              to="/alerts"
              search={{ alert: alert.id } as object}
              className="-mx-2 flex items-start gap-2.5 rounded-lg px-2 py-1.5 hover:bg-raised"
            >
              <SeverityMark severity={alert.severity} isOver={alert.state === "closed"} />
              <span className="min-w-0 grow">{alert.title}</span>
              <time
                dateTime={alert.openedAt}
                title={exactTime(Date.parse(alert.openedAt), timeZone)}
                className="whitespace-nowrap text-muted"
              >
                {callTime(Date.parse(alert.openedAt), nowMs, timeZone, "short")}
              </time>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
