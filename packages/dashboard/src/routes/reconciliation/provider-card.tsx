import { exactMoney } from "@outlay/react";
import type { ReconciledProvider } from "../../api/reconciliation.ts";
import { signedMoney } from "../../format/signed-money.ts";
import { smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Explanations } from "./explanations.tsx";
import { isUnknown } from "./rows.ts";
import { ThreeFigures } from "./three-figures.tsx";

/** One provider: its three figures, what the difference is made of, and what was posted of it. */
export function ProviderCard({
  provider: one,
  onDays,
  onAdjust,
}: {
  provider: ReconciledProvider;
  onDays: () => void;
  onAdjust: () => void;
}) {
  const heading = `provider-${one.provider}`;
  const { provider, recordedCalls, unpricedCalls, differencePercent, adjustedUsd, remainingUsd, sources } = one;
  const told = [...one.notes.filter(isOwn), ...(sources.length === 0 ? [] : [`Told by ${sources.join(", ")}`])];
  return (
    <section
      aria-labelledby={heading}
      className="flex min-w-0 flex-col gap-3 rounded-xl border border-line bg-surface px-4 pt-3 pb-4 sm:px-5"
    >
      <header className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h2 id={heading} className="min-w-0 text-[0.9375rem] font-semibold tracking-[-0.01em] wrap-anywhere">
          {provider}
        </h2>
        <Verdict provider={one} />
      </header>
      <ThreeFigures
        of={one}
        recordedCalls={recordedCalls}
        unpricedCalls={unpricedCalls}
        differencePercent={differencePercent}
      />
      {isUnknown(one) ? null : <Explanations of={one} about={provider} />}
      {adjustedUsd === 0 ? null : (
        <p className="text-[0.8125rem]" title={`${exactMoney(adjustedUsd)}, and ${exactMoney(remainingUsd)}`}>
          <span className="font-medium">{signedMoney(adjustedUsd)}</span>{" "}
          <span className="text-muted">
            {remainingUsd === 0
              ? "was posted as an adjustment: nothing is left to post."
              : `was posted as an adjustment; ${signedMoney(remainingUsd)} is left to post.`}
          </span>
        </p>
      )}
      {told.length === 0 ? null : (
        <ul className="flex flex-col gap-0.5 text-[0.8125rem] text-muted">
          {told.map((note) => (
            <li key={note} className="wrap-anywhere">
              {note}.
            </li>
          ))}
        </ul>
      )}
      <div className="mt-auto flex flex-wrap gap-2">
        <button type="button" onClick={onDays} className={smallButton}>
          <Icon name="calendar" />
          <span>
            Days<span className="sr-only"> of {provider}</span>
          </span>
        </button>
        {remainingUsd === 0 || isUnknown(one) ? null : (
          <button type="button" onClick={onAdjust} className={smallButton}>
            <Icon name="edit" />
            <span>
              Post an adjustment<span className="sr-only"> of {provider}</span>
            </span>
          </button>
        )}
      </div>
    </section>
  );
}

/** The page says of itself that its days are UTC. */
const isOwn = (note: string) => !note.startsWith("Days are UTC");

/** In words, never by colour alone. */
function Verdict({ provider: one }: { provider: ReconciledProvider }) {
  if (isUnknown(one)) return <p className="text-[0.8125rem] text-muted">Nothing reported of these days</p>;
  if (one.withinTolerance) {
    return (
      <p className="flex items-center gap-1.5 text-[0.8125rem] font-medium text-low">
        <Icon name="check" />
        {one.differenceUsd === 0 ? "Agrees" : "Within the tolerance"}
      </p>
    );
  }
  return (
    <p
      className="flex items-center gap-1.5 text-[0.8125rem] font-medium text-middle"
      title={exactMoney(one.toCheckUsd)}
    >
      <Icon name="warning" />
      {signedMoney(one.toCheckUsd)} to look into
    </p>
  );
}
