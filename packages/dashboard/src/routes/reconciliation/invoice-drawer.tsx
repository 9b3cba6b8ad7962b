import { exactMoney } from "@outlay/react";
import { useState } from "react";
import { removeInvoice } from "../../api/reconciliation.ts";
import type { Invoice } from "../../api/reconciliation.ts";
import { dayRange } from "../../format/time.ts";
import { ConfirmSheet } from "../../ui/confirm-sheet.tsx";
import { Facts } from "../../ui/facts.tsx";
import { smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { InvoiceForm } from "./invoice-form.tsx";
import { useAskedAnew } from "./use-asked-anew.ts";

/** One invoice, and what can be done to it. */
export function InvoiceDrawer({
  of: invoice,
  onClose,
}: {
  /** null: it is not there any more. */
  of: Invoice | null;
  onClose: () => void;
}) {
  const [sheet, setSheet] = useState<"change" | "remove" | null>(null);
  const askAnew = useAskedAnew();
  const closeSheet = () => setSheet(null);
  if (invoice === null) {
    return (
      <Sheet form="drawer" title="Invoice" onClose={onClose}>
        <p className="text-muted">This invoice is not there any more.</p>
      </Sheet>
    );
  }
  const { provider, reference, from, to, amountUsd, taxUsd, creditUsd } = invoice;
  const remove = async () => {
    await removeInvoice(invoice);
    await askAnew();
    onClose();
  };
  return (
    <Sheet form="drawer" title={`Invoice ${reference}`} onClose={onClose}>
      <Facts
        facts={[
          { label: "Provider", value: provider },
          { label: "Days, in UTC", value: dayRange(Date.parse(from), Date.parse(to), "UTC") },
          { label: "To be paid", value: exactMoney(amountUsd) },
          { label: "Tax in it", value: exactMoney(taxUsd) },
          { label: "Credits taken off", value: exactMoney(creditUsd) },
        ]}
      />
      <div className="flex flex-wrap gap-2">
        <button type="button" onClick={() => setSheet("change")} className={smallButton}>
          <Icon name="edit" />
          Change
        </button>
        <button type="button" onClick={() => setSheet("remove")} className={smallButton}>
          <Icon name="trash" />
          Remove
        </button>
      </div>
      {sheet === "change" ? (
        <Sheet form="wide" title={`Change ${reference}`} onClose={closeSheet}>
          <InvoiceForm before={invoice} names={[]} onDone={closeSheet} />
        </Sheet>
      ) : null}
      {sheet === "remove" ? (
        <ConfirmSheet title={`Remove ${reference}?`} action="Remove it" onConfirm={remove} onClose={closeSheet}>
          What was recorded is not compared with it any more. Adjustments that were posted stay.
        </ConfirmSheet>
      ) : null}
    </Sheet>
  );
}
