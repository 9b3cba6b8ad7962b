import { Link } from "@tanstack/react-router";
import { exactMoney } from "@outlay/react";
import { useState } from "react";
import { postAdjustment } from "../../api/reconciliation.ts";
import type { PostedAdjustment, ReconciledProvider, Reconciliation } from "../../api/reconciliation.ts";
import { signedMoney } from "../../format/signed-money.ts";
import { dayRange } from "../../format/time.ts";
import { Field, Form } from "../../ui/form.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { useAskedAnew } from "./use-asked-anew.ts";

/** Posts the difference of a provider as a charge; nothing that was recorded changes. */
export function AdjustSheet({
  of: { provider, remainingUsd, adjustedUsd },
  period,
  filters,
  onClose,
}: {
  of: ReconciledProvider;
  period: Reconciliation["period"];
  filters: readonly string[];
  onClose: () => void;
}) {
  const askAnew = useAskedAnew();
  const [posted, setPosted] = useState<PostedAdjustment | null>(null);
  const days = dayRange(Date.parse(period.start), Date.parse(period.end), "UTC");
  const title = `Post an adjustment of ${provider}`;
  if (posted !== null) {
    return (
      <Sheet title={title} onClose={onClose}>
        <output className="rounded-lg bg-low-back px-3 py-2 text-low">
          {posted.posted
            ? `${signedMoney(posted.amountUsd)} is posted for ${days}.`
            : `Nothing is left to post for ${days}.`}
        </output>
        <p className="text-muted">
          It stands among the{" "}
          <Link
            to="/settings"
            search={{ tab: "charges", kind: "adjustment" } as object}
            className="text-accent underline underline-offset-4"
          >
            charges
          </Link>
          .
        </p>
      </Sheet>
    );
  }
  const post = async ({ reason = "" }: Record<string, string>) => {
    const [from, to] = [period.start.slice(0, 10), period.end.slice(0, 10)];
    const outcome = await postAdjustment({ provider, from, to, filters, reason: reason.trim() });
    await askAnew();
    setPosted(outcome);
  };
  return (
    <Sheet title={title} onClose={onClose}>
      <p>
        <span className="font-medium tabular-nums" title={exactMoney(remainingUsd)}>
          {signedMoney(remainingUsd)}
        </span>{" "}
        for {days}, as a charge of the kind adjustment at the end of these days.
      </p>
      {filters.length === 0 ? null : (
        <p role="note" className="rounded-lg bg-raised px-3 py-2 text-[0.8125rem] text-muted">
          Only the recorded calls of your filters are taken into account:{" "}
          <span className="wrap-anywhere text-ink">{filters.join(", ")}</span>. Clear them unless the others are no part
          of this bill.
        </p>
      )}
      <p className="text-[0.8125rem] text-muted">
        {adjustedUsd === 0 ? "" : `${signedMoney(adjustedUsd)} was posted before and stays. `}
        Recorded calls stay as they are. Days that nobody has reported are not in it. What is posted cannot be taken
        back; after late data, the rest can be posted again for the same days.
      </p>
      <Form action={`Post ${signedMoney(remainingUsd)}`} onSubmit={post}>
        <Field
          label="Reason"
          name="reason"
          required
          maxLength={256}
          autoComplete="off"
          data-autofocus
          placeholder="as billed in November"
        />
      </Form>
    </Sheet>
  );
}
