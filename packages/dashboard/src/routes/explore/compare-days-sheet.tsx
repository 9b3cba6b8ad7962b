import { useState } from "react";
import { addDays } from "../../filters/dates.ts";
import { Field, Form, otherButton } from "../../ui/form.tsx";
import { Sheet } from "../../ui/sheet.tsx";

/** First and last day of the period that another is held against. */
export function CompareDaysSheet({
  shown,
  isChosen,
  onChoose,
  onClose,
}: {
  /** The days compared with now, the end excluded. */
  shown: { from: string; to: string } | null;
  isChosen: boolean;
  /** Null: the period before. */
  onChoose: (days: { from: string; to: string } | null) => void;
  onClose: () => void;
}) {
  const [first, setFirst] = useState(shown?.from ?? "");
  const [last, setLast] = useState(shown === null ? "" : addDays(shown.to, -1));
  const choose = (days: { from: string; to: string } | null) => {
    onChoose(days);
    onClose();
  };
  return (
    <Sheet title="Compare with" onClose={onClose}>
      <Form
        action="Compare with these days"
        onSubmit={() => {
          choose({ from: first, to: addDays(last, 1) });
          return Promise.resolve();
        }}
      >
        <div className="grid grid-cols-2 gap-4">
          <Field
            label="First day"
            name="first"
            type="date"
            required
            value={first}
            max={last}
            onChange={(event) => setFirst(event.target.value)}
          />
          <Field
            label="Last day"
            name="last"
            type="date"
            required
            value={last}
            min={first}
            onChange={(event) => setLast(event.target.value)}
          />
        </div>
      </Form>
      {isChosen ? (
        <button type="button" onClick={() => choose(null)} className={otherButton}>
          Compare with the period before
        </button>
      ) : null}
    </Sheet>
  );
}
