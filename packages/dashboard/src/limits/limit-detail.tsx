import { Link } from "@tanstack/react-router";
import { exactMoney, exactTime, money } from "@outlay/react";
import type { ReactNode } from "react";
import type { LimitReport } from "../api/limits.ts";
import { smallButton } from "../ui/form.tsx";
import { Icon } from "../ui/icon.tsx";
import { AccountBars } from "./account-bars.tsx";
import { AlertsOfLimit } from "./alerts-of-limit.tsx";
import { callsOfLimit } from "./calls-of-limit.ts";
import { PastPeriods } from "./past-periods.tsx";
import { StandingBar } from "./standing-bar.tsx";
import { StandingFacts } from "./standing-facts.tsx";
import { countedInWords, eachInWords, eachName, enforcementInWords, periodInWords } from "./words.ts";

/** One budget or limit, or one account of it: use, terms, accounts, past periods, alerts. */
export function LimitDetail({
  report,
  value,
  serverZone,
  onValue,
  children,
}: {
  report: LimitReport;
  value: string | undefined;
  serverZone: string;
  onValue: (value: string | undefined) => void;
  /** Between the terms and the past. */
  children?: ReactNode;
}) {
  const { limit, standing, period } = report;
  const timeZone = limit.period.timeZone ?? serverZone;
  const isPerValue = limit.each !== null || limit.period.unit === "session";
  return (
    <>
      {value === undefined ? null : (
        <p className="flex flex-wrap items-center justify-between gap-2">
          <span className="font-medium">
            {limit.each === null ? "Session" : eachName(limit.each)} {value}
          </span>
          <button type="button" onClick={() => onValue(undefined)} className={smallButton}>
            <Icon name="left" />
            Everybody's
          </button>
        </p>
      )}
      {standing === null ? null : (
        <div className="flex flex-col gap-2">
          <StandingBar report={report} standing={standing} />
          <StandingFacts report={report} timeZone={timeZone} />
        </div>
      )}
      <Terms report={report} timeZone={timeZone} />
      <Link
        to="/calls"
        search={callsOfLimit(limit, value ?? null, period)}
        className={`${smallButton} self-start`}
        title="All calls that count, in the period that runs"
      >
        <Icon name="list" />
        Calls that count
      </Link>
      {children}
      {isPerValue && value === undefined ? (
        <section aria-labelledby="accounts" className="flex flex-col gap-1">
          <h3 id="accounts" className="font-semibold">
            {limit.each === null ? "Sessions" : `Each ${eachName(limit.each)}`}, fullest first
          </h3>
          {report.values.length === 0 ? <p className="text-muted">Nothing is spent in this period yet.</p> : null}
          <AccountBars
            states={report.values.map(({ state }) => state).slice(0, ACCOUNTS_SHOWN)}
            thresholdsPercent={limit.thresholdsPercent}
            onSelect={onValue}
          />
          {report.values.length > ACCOUNTS_SHOWN ? (
            <p className="text-[0.8125rem] text-muted">
              and {report.values.length - ACCOUNTS_SHOWN} that are less full
            </p>
          ) : null}
        </section>
      ) : null}
      <PastPeriods report={report} timeZone={timeZone} />
      <AlertsOfLimit id={limit.id} value={value} timeZone={serverZone} />
    </>
  );
}

const ACCOUNTS_SHOWN = 20;

function Terms({ report: { limit, standing }, timeZone }: { report: LimitReport; timeZone: string }) {
  const { period, startsAt, carryOver, thresholdsPercent, enforcement } = limit;
  const hasZone = period.unit !== "session" && period.unit !== "total";
  const raised = standing !== null && standing.state.amountUsd !== limit.amountUsd;
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-1.5 text-[0.8125rem]">
      <Term name="Amount">
        <span title={exactMoney(limit.amountUsd)}>{money(limit.amountUsd)}</span>, {eachInWords(limit)}
        {raised ? (
          <span className="text-muted" title={exactMoney(standing.state.amountUsd)}>
            ; now {money(standing.state.amountUsd)}
            {carryOver ? " with what was carried over" : ""}
          </span>
        ) : null}
      </Term>
      <Term name="Period">
        {periodInWords(period)}
        {hasZone ? <span className="text-muted">, {timeZone}</span> : null}
      </Term>
      <Term name="Counts">
        {countedInWords(limit.filters)}
        {startsAt === null ? null : (
          <span title={exactTime(Date.parse(startsAt), timeZone)}>, from {startsAt.slice(0, 10)} on</span>
        )}
      </Term>
      <Term name="Tells at">{thresholdsPercent.length === 0 ? "nothing" : `${thresholdsPercent.join(", ")}%`}</Term>
      {enforcement === null ? null : (
        <Term name="At the limit">
          {enforcementInWords(enforcement).map((sentence) => (
            <span key={sentence} className="block">
              {sentence}
            </span>
          ))}
        </Term>
      )}
      {limit.enabled ? null : <Term name="Switched off">It keeps its settings, and does nothing.</Term>}
    </dl>
  );
}

function Term({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
