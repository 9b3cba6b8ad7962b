import type { Tolerance } from "../../api/reconciliation.ts";
import { Field, Form } from "../../ui/form.tsx";
import { Sheet } from "../../ui/sheet.tsx";

/** What may differ on this page. Alerts have their own, in their rule. */
export function ToleranceSheet({
  now: { percent, usd },
  onSet,
  onClose,
}: {
  now: Tolerance;
  onSet: (tolerance: { percent: string; usd: string }) => void;
  onClose: () => void;
}) {
  const save = async ({ percent: share = "", usd: dollars = "" }: Record<string, string>) => {
    const set = { percent: share.trim(), usd: dollars.trim() };
    if (!isAmount(set.percent) || Number(set.percent) > 100) throw new Error("The share must be 0 to 100 %.");
    if (!isAmount(set.usd)) throw new Error("The amount must be 0 dollars or more.");
    onSet(set);
  };
  return (
    <Sheet title="What may differ" onClose={onClose}>
      <p className="text-muted">
        The larger of the two counts. It is kept in the address of this page; the alert about bills has its own, in its
        rule.
      </p>
      <Form action="Set it" onSubmit={save}>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label="% of what is billed"
            name="percent"
            inputMode="decimal"
            required
            autoComplete="off"
            data-autofocus
            defaultValue={percent}
          />
          <Field label="Dollars" name="usd" inputMode="decimal" required autoComplete="off" defaultValue={usd} />
        </div>
      </Form>
    </Sheet>
  );
}

const isAmount = (text: string) => /^\d+(\.\d+)?$/.test(text);
