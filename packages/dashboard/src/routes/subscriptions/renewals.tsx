import { counted, exactMoney, money } from "@outlay/react";
import type { SubscriptionsReport } from "../../api/subscriptions.ts";
import { dateInWords } from "../../format/time.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";

type Renewal = SubscriptionsReport["renewals"][number];

/** What is paid next. */
export function Renewals({ renewals }: { renewals: Renewal[] }) {
  return (
    <Card id="renewals" title="Renewed in the next 30 days">
      {renewals.length === 0 ? (
        <EmptyState title="Nothing is renewed">No fee comes due in the next thirty days.</EmptyState>
      ) : (
        <DataTable
          caption="Renewals, soonest first"
          columns={COLUMNS}
          rows={renewals}
          rowKey={({ subscription }) => subscription.id}
        />
      )}
    </Card>
  );
}

const COLUMNS: readonly Column<Renewal>[] = [
  { key: "name", label: "Subscription", width: "w-[45%]", cell: ({ subscription }) => subscription.name },
  {
    key: "on",
    label: "Day",
    cell: ({ on }) => dateInWords(on, "short"),
    title: ({ on, inDays }) => `${dateInWords(on, "long")}, in ${counted(inDays, "day")}`,
  },
  {
    key: "amount",
    label: "Amount",
    align: "right",
    cell: ({ amountUsd }) => money(amountUsd),
    title: ({ amountUsd }) => exactMoney(amountUsd),
  },
];
