import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { PRICE_KEY, overridesQuestion, removeOverride } from "../../api/prices.ts";
import type { PriceOverride } from "../../api/prices.ts";
import { dateInWords } from "../../format/time.ts";
import { Card } from "../../ui/card.tsx";
import { ConfirmSheet } from "../../ui/confirm-sheet.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Icon } from "../../ui/icon.tsx";
import { mainButton, smallButton } from "../../ui/form.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Sheet, iconButton } from "../../ui/sheet.tsx";
import { PriceForm } from "./price-form.tsx";
import { rateText } from "./price-words.ts";

/** Prices that were set here, which go before every list. */
export function OwnPrices({ mayChange }: { mayChange: boolean }) {
  const queries = useQueryClient();
  const { data, error } = useQuery(overridesQuestion);
  const [edited, setEdited] = useState<PriceOverride | "new" | null>(null);
  const [removed, setRemoved] = useState<PriceOverride | null>(null);
  const overrides = data?.overrides ?? [];
  const columns = mayChange ? withRemoval(setRemoved) : COLUMNS;
  const add = (style: string) => (
    <button type="button" onClick={() => setEdited("new")} className={style}>
      Set a price
    </button>
  );
  return (
    <Card id="own" title="Your prices" actions={mayChange && overrides.length > 0 ? add(smallButton) : undefined}>
      {error === null ? null : (
        <div className="p-4">
          <ProblemNote error={error} />
        </div>
      )}
      {data !== undefined && overrides.length === 0 ? (
        <EmptyState title="No prices of your own" action={mayChange ? add(mainButton) : undefined}>
          Set one for a contract price, a fine-tune, or a model of your own. It goes before every list, and does not
          change costs that are known until you reprice.
        </EmptyState>
      ) : (
        <DataTable
          caption="Your prices in dollars"
          columns={columns}
          rows={overrides}
          rowKey={(it) => `${it.provider}/${it.model}/${it.from}`}
          onOpen={mayChange ? setEdited : undefined}
          openLabel={({ provider, model }) => `Change the price of ${provider} ${model}`}
        />
      )}
      {edited === null ? null : (
        <Sheet title={edited === "new" ? "Set a price" : "Change a price"} onClose={() => setEdited(null)}>
          <PriceForm
            start={edited === "new" ? { provider: "", model: "", rates: {} } : edited}
            isModelFixed={edited !== "new"}
            onDone={() => setEdited(null)}
          />
        </Sheet>
      )}
      {removed === null ? null : (
        <ConfirmSheet
          title="Remove this price?"
          action="Remove it"
          onConfirm={async () => {
            await removeOverride(removed);
            await queries.invalidateQueries({ queryKey: PRICE_KEY });
          }}
          onClose={() => setRemoved(null)}
        >
          Calls of {removed.provider} {removed.model} from now on get the listed price, if there is one. Costs that are
          known stay.
        </ConfirmSheet>
      )}
    </Card>
  );
}

function Remove({ of, onRemove }: { of: PriceOverride; onRemove: (override: PriceOverride) => void }) {
  return (
    <button type="button" onClick={() => onRemove(of)} className={`${iconButton} -my-2`}>
      <Icon name="trash" />
      <span className="sr-only">
        Remove the price of {of.provider} {of.model}
      </span>
    </button>
  );
}

/** The columns, and at the end a button. */
function withRemoval(onRemove: (override: PriceOverride) => void): readonly Column<PriceOverride>[] {
  return [
    ...COLUMNS,
    { key: "remove", label: "", align: "right", cell: (override) => <Remove of={override} onRemove={onRemove} /> },
  ];
}

const COLUMNS: readonly Column<PriceOverride>[] = [
  { key: "model", label: "Model", cell: ({ model }) => model, title: ({ model }) => model, width: "w-full sm:w-[34%]" },
  { key: "provider", label: "Provider", cell: ({ provider }) => provider, from: "sm" },
  { key: "input", label: "Input", align: "right", cell: ({ rates }) => rateText(rates["input"]) },
  { key: "output", label: "Output", align: "right", cell: ({ rates }) => rateText(rates["output"]) },
  {
    key: "from",
    label: "From",
    from: "sm",
    cell: ({ from }) => (from === null ? "ever" : dateInWords(from.slice(0, 10), "short")),
    title: ({ from }) => from ?? "since ever",
  },
  {
    key: "note",
    label: "Note",
    from: "lg",
    cell: ({ note }) => <span className="text-muted">{note}</span>,
    title: ({ note }) => note,
    width: "w-[24%]",
  },
];
