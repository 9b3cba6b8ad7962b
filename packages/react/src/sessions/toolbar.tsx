import { useId, useState } from "react";
import type { SessionOrder } from "../api/outlay-client.ts";
import { Icon } from "./icon.tsx";
import { NOTHING_NARROWED, narrowedCount } from "./narrowing.ts";
import type { Narrowing } from "./narrowing.ts";

interface ToolbarProps {
  orders: readonly SessionOrder[];
  order: SessionOrder;
  onOrder: (order: SessionOrder) => void;
  narrowing: Narrowing;
  onNarrow: (narrowing: Narrowing) => void;
}

/** The order of a list, and what it is narrowed to. */
export function Toolbar({ orders, order, onOrder, narrowing, onNarrow }: ToolbarProps) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const narrowed = narrowedCount(narrowing);
  return (
    <>
      <div className="tools">
        <label className="choice">
          <span className="unseen">Order</span>
          <select value={order} onChange={(event) => onOrder(event.currentTarget.value as SessionOrder)}>
            {orders.map((name) => (
              <option key={name} value={name}>
                {ORDER_LABELS[name]}
              </option>
            ))}
          </select>
          <Icon name="down" />
        </label>
        <button
          type="button"
          className="tool"
          aria-expanded={isOpen}
          aria-controls={isOpen ? id : undefined}
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name="filter" />
          Filter
          {narrowed > 0 ? (
            <span className="count">
              {narrowed}
              <span className="unseen"> active</span>
            </span>
          ) : null}
        </button>
      </div>
      {isOpen ? <Filters id={id} narrowing={narrowing} onNarrow={onNarrow} /> : null}
    </>
  );
}

function Filters({ id, narrowing, onNarrow }: { id: string } & Pick<ToolbarProps, "narrowing" | "onNarrow">) {
  const field = (name: keyof Narrowing) => ({
    value: narrowing[name],
    onValue: (value: string) => onNarrow({ ...narrowing, [name]: value }),
  });
  return (
    <form id={id} className="filters" aria-label="Filter" onSubmit={(event) => event.preventDefault()}>
      <Field label="From" type="date" {...field("from")} />
      <Field label="To" type="date" {...field("to")} />
      <Field label="Cost from ($)" type="number" {...field("minCostUsd")} />
      <Field label="Cost to ($)" type="number" {...field("maxCostUsd")} />
      <Field label="Model" type="text" isWide {...field("model")} />
      <button type="button" className="tool" onClick={() => onNarrow(NOTHING_NARROWED)}>
        Clear
      </button>
    </form>
  );
}

function Field(props: {
  label: string;
  type: "date" | "number" | "text";
  value: string;
  onValue: (value: string) => void;
  isWide?: boolean;
}) {
  const { label, type, value, onValue, isWide = false } = props;
  const amount = type === "number" ? { min: 0, step: "any", inputMode: "decimal" as const } : {};
  return (
    <label className={isWide ? "field wide" : "field"}>
      {label}
      <input
        type={type}
        value={value}
        spellCheck={false}
        autoComplete="off"
        {...amount}
        onChange={(event) => onValue(event.currentTarget.value)}
      />
    </label>
  );
}

const ORDER_LABELS: Record<SessionOrder, string> = {
  recent: "Most recent",
  cost: "Highest cost",
  tokens: "Most tokens",
  calls: "Most calls",
};
