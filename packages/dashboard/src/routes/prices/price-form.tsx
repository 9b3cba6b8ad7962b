import { METERS } from "@outlay/core";
import type { Meter, Rates } from "@outlay/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { PRICE_KEY, setOverride } from "../../api/prices.ts";
import { FIGURES } from "../../api/questions.ts";
import { Field, Form } from "../../ui/form.tsx";
import { Select } from "../../ui/select.tsx";
import { perQuantity } from "./price-words.ts";

/** A price of one's own. Calls without a price get it at once; known costs stay until they are repriced. */
export function PriceForm({
  start,
  isModelFixed = false,
  onDone,
}: {
  start: { provider: string; model: string; rates: Rates; from?: string | null; note?: string };
  isModelFixed?: boolean;
  onDone: () => void;
}) {
  const queries = useQueryClient();
  const [meters, setMeters] = useState<Meter[]>(() => {
    const given = METER_NAMES.filter((meter) => start.rates[meter] !== undefined);
    return given.length === 0 ? ["input", "output"] : given;
  });
  const others = METER_NAMES.filter((meter) => !meters.includes(meter));
  const save = async (values: Record<string, string>) => {
    const { provider = "", model = "", from = "", note = "" } = values;
    const rates = Object.fromEntries(
      meters.flatMap((meter) => {
        const rate = (values[`rate-${meter}`] ?? "").trim();
        return rate === "" ? [] : [[meter, rate]];
      }),
    );
    if (Object.keys(rates).length === 0) throw new Error("At least one rate is needed.");
    await setOverride({
      provider: provider.trim(),
      model: model.trim(),
      rates,
      ...(from === "" ? {} : { from }),
      ...(note.trim() === "" ? {} : { note: note.trim() }),
    });
    await Promise.all([
      queries.invalidateQueries({ queryKey: PRICE_KEY }),
      queries.invalidateQueries({ queryKey: [FIGURES] }),
    ]);
    onDone();
  };
  return (
    <Form action="Set this price" onSubmit={save}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label="Provider"
          name="provider"
          defaultValue={start.provider}
          readOnly={isModelFixed}
          maxLength={512}
          required
        />
        <Field label="Model" name="model" defaultValue={start.model} readOnly={isModelFixed} maxLength={512} required />
      </div>
      <fieldset className="flex flex-col gap-4">
        <legend className="sr-only">Rates in dollars</legend>
        <div className="grid gap-4 sm:grid-cols-2">
          {meters.map((meter) => (
            <Field
              key={meter}
              label={METERS[meter].label}
              name={`rate-${meter}`}
              defaultValue={start.rates[meter]}
              inputMode="decimal"
              placeholder="0.00"
              autoComplete="off"
              hint={`Dollars ${perQuantity(meter)}`}
            />
          ))}
        </div>
        {others.length === 0 ? null : (
          <Select
            label="Add a rate"
            className="self-start"
            options={[
              { value: "", label: "Add a rate…" },
              ...others.map((meter) => ({ value: meter as string, label: METERS[meter].label })),
            ]}
            value=""
            onChange={(meter) => {
              const known = METER_NAMES.find((name) => name === meter);
              if (known !== undefined) setMeters((now) => [...now, known]);
            }}
          />
        )}
      </fieldset>
      <Field
        label="Counts from"
        name="from"
        type="date"
        defaultValue={start.from?.slice(0, 10)}
        hint="The start of a day in UTC. Empty: since ever."
      />
      <Field
        label="Note"
        name="note"
        defaultValue={start.note}
        maxLength={4_096}
        placeholder="Contract of March"
        autoComplete="off"
      />
    </Form>
  );
}

const METER_NAMES = Object.keys(METERS) as Meter[];
