import { exactMoney, exactTime, headlineMoney } from "@outlay/react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import type { ReactNode } from "react";
import type { CallDetail } from "../api/answers.ts";
import { ApiProblem } from "../api/client.ts";
import { callQuestion } from "../api/questions.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { smallButton } from "../ui/form.tsx";
import { Icon } from "../ui/icon.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";
import { Sheet } from "../ui/sheet.tsx";
import { FailedBadge } from "./call-cells.tsx";
import { CallCosts } from "./call-costs.tsx";
import { CallFacts } from "./call-facts.tsx";
import { neighboursOfOpenCall } from "./call-neighbours.ts";
import { CallTrace } from "./call-trace.tsx";
import { useOpenCall } from "./use-open-call.ts";

/** One call: what each meter cost at which price, whose call it was, how it went, and what it was a part of. */
export function CallSheet({ id, timeZone, onClose }: { id: string; timeZone: string; onClose: () => void }) {
  const { data, error, isPlaceholderData } = useQuery({ ...callQuestion(id), placeholderData: keepPreviousData });
  return (
    <Sheet title={data?.model ?? "Call"} form="drawer" onClose={onClose}>
      {data === undefined ? null : <WhenAndWhat call={data} timeZone={timeZone} />}
      <Tools id={id} call={isPlaceholderData ? undefined : data} />
      {error === null ? null : <NoCall error={error} />}
      {data === undefined ? (
        <div className="h-64" />
      ) : (
        <div aria-busy={isPlaceholderData} className={`flex flex-col gap-6 ${isPlaceholderData ? "opacity-60" : ""}`}>
          <Headline call={data} />
          <Section title="Cost">
            <CallCosts call={data} timeZone={timeZone} />
          </Section>
          {data.trace ? <CallTrace id={data.id} trace={data.trace} occurredAt={data.occurredAt} /> : null}
          <CallFacts call={data} />
        </div>
      )}
    </Sheet>
  );
}

function WhenAndWhat({ call, timeZone }: { call: CallDetail; timeZone: string }) {
  const kind = [call.provider, call.operation].filter(Boolean).join(" · ");
  return (
    <p className="-mt-4 flex flex-wrap items-center gap-x-2 text-muted">
      <span>{kind}</span>
      <time dateTime={call.occurredAt}>{exactTime(Date.parse(call.occurredAt), timeZone)}</time>
      {call.success === false ? <FailedBadge call={call} /> : null}
    </p>
  );
}

/** From call to call, where the list says what lies beside; and the call to take along. */
function Tools({ id, call }: { id: string; call: CallDetail | undefined }) {
  const told = useSyncExternalStore(neighboursOfOpenCall.watch, neighboursOfOpenCall.current);
  const { open } = useOpenCall();
  const { previous, next } = told?.of === id ? told : NOBODY;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const to = event.key === "ArrowLeft" ? previous : event.key === "ArrowRight" ? next : null;
      if (to === null) return;
      event.preventDefault();
      open(to, { replace: true });
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  });
  return (
    <div className="-mt-2 flex flex-wrap items-center gap-2">
      {told === null ? null : (
        <>
          <Step to={previous} icon="left" title="Newer call (←)" onStep={(to) => open(to, { replace: true })}>
            Newer
          </Step>
          <Step to={next} icon="right" title="Older call (→)" onStep={(to) => open(to, { replace: true })}>
            Older
          </Step>
        </>
      )}
      {call === undefined ? null : (
        <div key={call.id} className="flex flex-wrap gap-2 sm:ml-auto">
          <CopyButton text={location.href} label="Copy link" />
          <CopyButton text={JSON.stringify(call, null, 2)} label="Copy JSON" />
        </div>
      )}
    </div>
  );
}

const NOBODY = { previous: null, next: null };

function Step(props: {
  to: string | null;
  icon: "left" | "right";
  title: string;
  onStep: (to: string) => void;
  children: string;
}) {
  const { to, icon, title, onStep, children } = props;
  return (
    <button
      type="button"
      title={title}
      aria-disabled={to === null}
      onClick={() => {
        if (to !== null) onStep(to);
      }}
      className={`${smallButton} aria-disabled:opacity-50`}
    >
      {icon === "left" ? <Icon name="left" /> : null}
      {children}
      {icon === "right" ? <Icon name="right" /> : null}
    </button>
  );
}

function Headline({ call }: { call: CallDetail }) {
  return (
    <p className="flex flex-wrap items-baseline gap-x-2.5">
      <span
        title={exactMoney(call.costUsd)}
        className="text-[1.625rem] leading-9 font-semibold tabular-nums tracking-[-0.025em]"
      >
        {call.costUsd === null ? "Unpriced" : headlineMoney(call.costUsd)}
      </span>
      <span className="text-muted">{BASES_IN_WORDS[call.basis]}</span>
    </p>
  );
}

const BASES_IN_WORDS: Record<CallDetail["basis"], string> = {
  rated: "usage × price",
  reported: "as the provider reported it",
  estimated: "usage × price, with estimated tokens",
  unpriced: "no price is known for it",
};

/** A part of the sheet with its heading. */
function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-2.5">
      <h3 className="sr-only">{title}</h3>
      {children}
    </section>
  );
}

function NoCall({ error }: { error: Error }) {
  if (!(error instanceof ApiProblem) || error.status !== 404) return <ProblemNote error={error} />;
  return (
    <EmptyState title="This call is not here">
      Its raw data may have expired: what it cost then still counts in every sum. Or the address is not whole, or it is
      of somebody whose calls are not open to you.
    </EmptyState>
  );
}
