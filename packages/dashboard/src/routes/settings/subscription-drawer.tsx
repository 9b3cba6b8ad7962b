import { useState } from "react";
import { exactMoney, money } from "@outlay/react";
import { changeSubscription, removeSubscription } from "../../api/subscriptions.ts";
import type { Subscription } from "../../api/subscriptions.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { dateInWords } from "../../format/time.ts";
import { ConfirmSheet } from "../../ui/confirm-sheet.tsx";
import { Field, Form, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { Facts } from "../../ui/facts.tsx";
import { SubscriptionForm } from "./subscription-form.tsx";
import { coversInWords, peopleInLines, termInWords } from "./subscription-words.ts";

/** One subscription: what it costs, who has a seat, and what can be done to it. */
export function SubscriptionDrawer({
  of: subscription,
  mayChange,
  onClose,
}: {
  /** Null: it is not there any more. */
  of: Subscription | null;
  mayChange: boolean;
  onClose: () => void;
}) {
  const [sheet, setSheet] = useState<"change" | "amount" | "end" | "remove" | null>(null);
  const closeSheet = () => setSheet(null);
  if (subscription === null) {
    return (
      <Sheet form="drawer" title="Subscription" onClose={onClose}>
        <p className="text-muted">This subscription is not there any more.</p>
      </Sheet>
    );
  }
  const { name } = subscription;
  return (
    <Sheet form="drawer" title={name} onClose={onClose}>
      <SubscriptionFacts of={subscription} />
      {mayChange ? (
        <div className="flex flex-wrap gap-2">
          <button type="button" onClick={() => setSheet("change")} className={smallButton}>
            <Icon name="edit" />
            Change
          </button>
          <button type="button" onClick={() => setSheet("amount")} className={smallButton}>
            <Icon name="calendar" />
            New amount or seats
          </button>
          <button type="button" onClick={() => setSheet("end")} className={smallButton}>
            <Icon name="stop" />
            End
          </button>
          <button type="button" onClick={() => setSheet("remove")} className={smallButton}>
            <Icon name="trash" />
            Remove
          </button>
        </div>
      ) : null}
      {sheet === "change" ? (
        <Sheet form="wide" title={`Change ${name}`} onClose={closeSheet}>
          <SubscriptionForm before={subscription} onDone={closeSheet} />
        </Sheet>
      ) : null}
      {sheet === "amount" ? <AmountSheet of={subscription} onClose={closeSheet} /> : null}
      {sheet === "end" ? <EndSheet of={subscription} onClose={closeSheet} /> : null}
      {sheet === "remove" ? <RemoveSheet of={subscription} onRemoved={onClose} onClose={closeSheet} /> : null}
    </Sheet>
  );
}

const days = (date: string) => dateInWords(date, "long");

function SubscriptionFacts({ of: one }: { of: Subscription }) {
  const { amountUsd, period, seats, start, end, cancelledOn, renewalDay, people, includedUsd, changes, note } = one;
  return (
    <Facts
      facts={[
        {
          label: "Fee of a seat",
          value: <span title={exactMoney(amountUsd)}>{`${money(amountUsd)} ${termInWords(period)}`}</span>,
        },
        { label: "Seats", value: seats },
        ...changes.map((change) => ({
          label: `From ${days(change.from)}`,
          value: [
            ...(change.amountUsd === null ? [] : [`${money(change.amountUsd)} a seat`]),
            ...(change.seats === null ? [] : [`${change.seats} seats`]),
          ].join(", "),
        })),
        { label: "People", value: people.length === 0 ? "not said" : <Lines text={peopleInLines(people)} /> },
        { label: "Covers", value: coversInWords(one) ?? "no calls" },
        ...(includedUsd === null ? [] : [{ label: "Includes", value: `${money(includedUsd)} a seat and term` }]),
        { label: "Since", value: days(start) },
        ...(renewalDay === null ? [] : [{ label: "Renewed on", value: `day ${renewalDay} of the month` }]),
        ...(end === null ? [] : [{ label: "First day without it", value: days(end) }]),
        ...(cancelledOn === null ? [] : [{ label: "Cancelled on", value: days(cancelledOn) }]),
        ...(note === null ? [] : [{ label: "Note", value: note }]),
      ]}
    />
  );
}

function Lines({ text }: { text: string }) {
  return <span className="whitespace-pre-line wrap-anywhere">{text}</span>;
}

interface SheetProps {
  of: Subscription;
  onClose: () => void;
}

/** null: as before. */
const numberIn = (text: string) => (text.trim() === "" ? null : Number(text));

/** What it costs from a day on; what was paid before stays. */
function AmountSheet({ of: { id, name, changes }, onClose }: SheetProps) {
  const refresh = useRefresh();
  const save = async ({ from = "", amountUsd = "", seats = "" }: Record<string, string>) => {
    const change = { from, amountUsd: numberIn(amountUsd), seats: numberIn(seats) };
    await changeSubscription(id, { changes: [...changes.filter((one) => one.from !== from), change] });
    await refresh();
    onClose();
  };
  return (
    <Sheet title={`New amount or seats of ${name}`} onClose={onClose}>
      <p className="text-muted">It counts from the first term that begins on this day or later.</p>
      <Form action="Save" onSubmit={save}>
        <Field label="From" name="from" type="date" required />
        <Field
          label="Amount of a seat, in dollars"
          name="amountUsd"
          inputMode="decimal"
          autoComplete="off"
          hint="Empty: as before"
        />
        <Field label="Seats" name="seats" inputMode="numeric" autoComplete="off" hint="Empty: as before" />
      </Form>
    </Sheet>
  );
}

/** Not renewed any more, or renewed again. */
function EndSheet({ of: { id, name, cancelledOn }, onClose }: SheetProps) {
  const refresh = useRefresh();
  const save = async ({ cancelledOn: on = "" }: Record<string, string>) => {
    await changeSubscription(id, { cancelledOn: on === "" ? null : on });
    await refresh();
    onClose();
  };
  return (
    <Sheet title={`End ${name}`} onClose={onClose}>
      <p className="text-muted">It is not renewed from this day on, and runs until its term is over.</p>
      <Form action="Save" onSubmit={save}>
        <Field
          label="Cancelled on"
          name="cancelledOn"
          type="date"
          data-autofocus
          defaultValue={cancelledOn ?? ""}
          hint="Empty: it is renewed"
        />
      </Form>
    </Sheet>
  );
}

function RemoveSheet({ of: { id, name }, onRemoved, onClose }: SheetProps & { onRemoved: () => void }) {
  const refresh = useRefresh();
  const remove = async () => {
    await removeSubscription(id);
    await refresh();
    onRemoved();
  };
  return (
    <ConfirmSheet title={`Remove ${name}?`} action="Remove it" onConfirm={remove} onClose={onClose}>
      As if it had never been: its fees leave every period, and calls that it covered count as money again. To end it
      instead, say when it was cancelled.
    </ConfirmSheet>
  );
}
