import { METERS } from "@outlay/core";
import type { PriceVersion } from "@outlay/core";
import { exactMoney, localDate } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { priceHistoryQuestion } from "../../api/prices.ts";
import { colourOf } from "../../charts/draw/colour.ts";
import { PriceSteps } from "../../charts/draw/price-steps.tsx";
import { prepareSteps } from "../../charts/prepare/steps.ts";
import { dateInWords } from "../../format/time.ts";
import { mainButton } from "../../ui/form.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { useNow } from "../../ui/use-now.ts";
import { PriceForm } from "./price-form.tsx";
import { LAYERS, adjustmentInWords, meterRates, perQuantity, rateText } from "./price-words.ts";

/** One model's price: what counts now, under which conditions it is another, how it was before. */
export function PriceSheet({
  provider,
  model,
  mayChange,
  onClose,
}: {
  provider: string;
  model: string;
  mayChange: boolean;
  onClose: () => void;
}) {
  const { data, error } = useQuery(priceHistoryQuestion(provider, model));
  const nowMs = useNow();
  const [isSetting, setSetting] = useState(false);
  const prices = data?.prices ?? [];
  const current = prices.findLast(({ startMs }) => startMs === null || startMs <= nowMs) ?? prices[0];
  return (
    <Sheet title={model} onClose={onClose} form="drawer">
      {error === null ? null : <ProblemNote error={error} />}
      <p className="-mt-3 text-muted">{provider}</p>
      {data !== undefined && current === undefined ? <p>No price is known for this model.</p> : null}
      {current === undefined ? null : <Current price={current} />}
      {prices.length > 1 ? <History prices={prices} title={`Price of ${model}`} nowMs={nowMs} /> : null}
      {mayChange ? (
        isSetting ? (
          <PriceForm start={{ provider, model, rates: current?.rates ?? {} }} isModelFixed onDone={onClose} />
        ) : (
          <button type="button" onClick={() => setSetting(true)} className={mainButton}>
            Set your own price
          </button>
        )
      ) : null}
    </Sheet>
  );
}

function Current({ price }: { price: PriceVersion }) {
  const since = price.startMs === null ? null : dateInWords(localDate(price.startMs, "UTC"), "long");
  return (
    <>
      <table className="w-full text-[0.8125rem]">
        <caption className="sr-only">Rates that count now</caption>
        <thead className="text-left text-xs text-muted">
          <tr>
            <th scope="col" className="pb-1.5 font-normal">
              For
            </th>
            <th scope="col" className="pb-1.5 text-right font-normal">
              Price
            </th>
          </tr>
        </thead>
        <tbody>
          {meterRates(price.rates).map(([meter, rate]) => (
            <tr key={meter}>
              <td className="border-t border-line py-1.5 pr-3">
                {METERS[meter].label} <span className="text-muted">{perQuantity(meter)}</span>
              </td>
              <td className="border-t border-line py-1.5 text-right font-medium whitespace-nowrap">{rateText(rate)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {price.adjustments.length === 0 ? null : (
        <section aria-labelledby="conditions" className="flex flex-col gap-2">
          <h3 id="conditions" className="font-medium">
            Under conditions
          </h3>
          <ul className="flex flex-col gap-1.5 text-[0.8125rem] text-muted">
            {price.adjustments.map((adjustment) => (
              <li key={JSON.stringify(adjustment)}>{adjustmentInWords(adjustment)}</li>
            ))}
          </ul>
        </section>
      )}
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5 border-t border-line pt-4 text-[0.8125rem] [&_dd]:min-w-0 [&_dd]:text-right [&_dd]:break-words [&_dt]:text-muted">
        <dt>From</dt>
        <dd>{LAYERS[price.layer].title}</dd>
        {since === null ? null : (
          <>
            <dt>Counts since</dt>
            <dd>{since}, UTC</dd>
          </>
        )}
        {price.source === undefined ? null : (
          <>
            <dt>Source</dt>
            <dd>
              <a
                href={price.source}
                target="_blank"
                rel="noreferrer"
                className="text-accent underline underline-offset-4"
              >
                {price.source.replace(/^https?:\/\//, "")}
              </a>
            </dd>
          </>
        )}
        {price.checkedOn === undefined ? null : (
          <>
            <dt>Checked on</dt>
            <dd>{dateInWords(price.checkedOn, "long")}</dd>
          </>
        )}
      </dl>
      {price.note === undefined ? null : <p className="text-[0.8125rem] text-muted">{price.note}</p>}
    </>
  );
}

/** Input and output as they changed. */
function History({ prices, title, nowMs }: { prices: readonly PriceVersion[]; title: string; nowMs: number }) {
  const prepared = useMemo(
    () =>
      prepareSteps({
        lines: (["input", "output"] as const).map((meter) => ({
          name: METERS[meter].label,
          versions: prices.map(({ startMs, rates }) => ({
            from: startMs === null ? null : localDate(startMs, "UTC"),
            value: rates[meter] === undefined ? null : Number(rates[meter]),
          })),
        })),
        nowMs,
      }),
    [prices, nowMs],
  );
  const names = (["input", "output"] as const).map((meter) => METERS[meter].label);
  return (
    <section aria-labelledby="history" className="flex flex-col gap-3 border-t border-line pt-4">
      <h3 id="history" className="font-medium">
        Over time, per million tokens
      </h3>
      <PriceSteps
        name="price"
        prepared={prepared}
        colour={colourOf("meter", names)}
        format={{ short: exactMoney, exact: exactMoney }}
        title={title}
        height={200}
      />
    </section>
  );
}
