import { useQuery } from "@tanstack/react-query";
import { exactMoney, headlineMoney } from "@outlay/react";
import { invoicesQuestion } from "../../api/reconciliation.ts";
import type { Invoice } from "../../api/reconciliation.ts";
import { dayRange } from "../../format/time.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { InvoiceDrawer } from "./invoice-drawer.tsx";
import { invoiceName } from "./invoice-fields.ts";
import { InvoiceForm } from "./invoice-form.tsx";

/** What providers have sent a bill for: kept to compare with, and no cost of its own. */
export function InvoicesCard({
  names,
  open,
  onOpen,
  onClose,
}: {
  /** Providers that are known here. */
  names: readonly string[];
  /** `new`, or the name of the invoice that is looked at. */
  open: string | undefined;
  onOpen: (invoice: string) => void;
  onClose: () => void;
}) {
  const { data, error } = useQuery(invoicesQuestion);
  const invoices = data?.invoices ?? [];
  const add = (
    <button type="button" onClick={() => onOpen("new")} className={smallButton}>
      <Icon name="plus" />
      Add an invoice
    </button>
  );
  return (
    <Card id="invoices" title="Invoices" actions={invoices.length === 0 ? undefined : add}>
      {error === null ? null : <ProblemNote error={error} />}
      {data === undefined ? <div aria-busy={error === null} className="h-24" /> : null}
      {data === undefined ? null : invoices.length === 0 ? (
        <EmptyState title="No invoice is kept" action={add}>
          Where invoices cover every day of the shown time, they are taken as what is billed. They are no cost of their
          own and in no total.
        </EmptyState>
      ) : (
        <DataTable
          caption="Invoices, the newest first"
          columns={COLUMNS}
          rows={invoices}
          rowKey={invoiceName}
          onOpen={(invoice) => onOpen(invoiceName(invoice))}
          openLabel={({ provider, reference }) => `Invoice ${reference} of ${provider}`}
          isOpen={(invoice) => invoiceName(invoice) === open}
        />
      )}
      {open === "new" ? (
        <Sheet form="wide" title="Add an invoice" onClose={onClose}>
          <InvoiceForm before={null} names={names} onDone={onClose} />
        </Sheet>
      ) : null}
      {open !== undefined && open !== "new" && data !== undefined ? (
        <InvoiceDrawer of={invoices.find((one) => invoiceName(one) === open) ?? null} onClose={onClose} />
      ) : null}
    </Card>
  );
}

const COLUMNS: readonly Column<Invoice>[] = [
  {
    key: "reference",
    label: "Number",
    width: "w-[34%]",
    cell: ({ reference }) => reference,
    title: ({ reference }) => reference,
  },
  { key: "provider", label: "Provider", from: "sm", cell: ({ provider }) => provider },
  { key: "days", label: "Days", cell: ({ from, to }) => dayRange(Date.parse(from), Date.parse(to), "UTC") },
  {
    key: "amount",
    label: "To be paid",
    align: "right",
    cell: ({ amountUsd }) => <span className="font-medium">{headlineMoney(amountUsd)}</span>,
    title: ({ amountUsd }) => exactMoney(amountUsd),
  },
];
