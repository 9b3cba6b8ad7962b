import { METERS } from "@outlay/core";
import { UNKNOWN, exactCount, exactMoney, localDate, percent } from "@outlay/react";
import { Link } from "@tanstack/react-router";
import type { CallDetail, PriceOfCall, PricedLine } from "../api/answers.ts";
import { dimensionLabel } from "../filters/filter.ts";
import { validateSearch } from "../filters/search.ts";
import { dateInWords } from "../format/time.ts";

/** Quantity × price = cost for each meter, exact to the last digit, and where the price comes from. */
export function CallCosts({ call, timeZone }: { call: CallDetail; timeZone: string }) {
  return (
    <>
      <table className="w-full text-[0.8125rem]">
        <caption className="sr-only">What this call cost</caption>
        <thead className="text-left text-xs text-muted">
          <tr>
            <th scope="col" className="pb-1.5 font-normal">
              Used
            </th>
            <th scope="col" className="pb-1.5 text-right font-normal">
              Price
            </th>
            <th scope="col" className="pb-1.5 pl-3 text-right font-normal">
              Cost
            </th>
          </tr>
        </thead>
        <tbody>
          {call.lines.map((line, index) => (
            // A meter can come twice, at two prices; the lines of a call keep their places.
            // oxlint-disable-next-line react/no-array-index-key
            <Line key={`${line.meter}-${index}`} line={line} />
          ))}
          {call.lines.length === 0 ? <WithoutLines call={call} /> : null}
        </tbody>
        <tfoot>
          <Total call={call} />
        </tfoot>
      </table>
      <Notes call={call} />
      {call.price === null ? null : <PriceVersion price={call.price} timeZone={timeZone} />}
      {call.basis === "unpriced" ? <PriceIt model={call.model} /> : null}
    </>
  );
}

const cell = "border-t border-line py-1.5";

function Line({ line }: { line: PricedLine }) {
  const meter = METERS[line.meter as keyof typeof METERS];
  return (
    <tr>
      <td className={`${cell} pr-3`}>
        {exactCount(line.quantity)} <span className="text-muted">{meter.label.toLowerCase()}</span>
      </td>
      <td className={`${cell} text-right whitespace-nowrap text-muted`}>
        ${line.rateUsd}
        {perOf(line)}
      </td>
      <td className={`${cell} pl-3 text-right whitespace-nowrap`}>${line.costUsd}</td>
    </tr>
  );
}

/** ` / M`, ` / 1,000`; nothing for a price of one. */
function perOf({ per }: PricedLine): string {
  if (per === 1) return "";
  return ` / ${per === 1_000_000 ? "M" : exactCount(per)}`;
}

/** What was used, where no price tells what it cost; often nothing, when a call failed. */
function WithoutLines({ call }: { call: CallDetail }) {
  const used = Object.entries(call.usage ?? {}).filter(
    (entry): entry is [string, number] => typeof entry[1] === "number" && entry[1] > 0,
  );
  if (used.length === 0) {
    return (
      <tr>
        <td colSpan={3} className={`${cell} text-muted`}>
          Nothing was used
        </td>
      </tr>
    );
  }
  return used.map(([name, quantity]) => (
    <tr key={name}>
      <td className={`${cell} pr-3`}>
        {exactCount(quantity)} <span className="text-muted">{dimensionLabel(name).toLowerCase()}</span>
      </td>
      <td className={`${cell} text-right text-muted`}>{UNKNOWN}</td>
      <td className={`${cell} pl-3 text-right text-muted`}>{UNKNOWN}</td>
    </tr>
  ));
}

/** What counts; where that is not what the lines come to, also the latter. */
function Total({ call }: { call: CallDetail }) {
  const { costUsd, computedCostUsd = null } = call;
  const hasOther = call.lines.length > 1 && computedCostUsd !== null && computedCostUsd !== costUsd;
  return (
    <>
      {hasOther ? (
        <tr className="text-muted">
          <th scope="row" colSpan={2} className={`${cell} text-left font-normal`}>
            By price and usage
          </th>
          <td className={`${cell} pl-3 text-right whitespace-nowrap`}>{exactMoney(computedCostUsd)}</td>
        </tr>
      ) : null}
      <tr>
        <th scope="row" colSpan={2} className={`${cell} text-left font-medium`}>
          {call.basis === "reported" ? "Reported by the provider" : "Total"}
        </th>
        <td className={`${cell} pl-3 text-right font-medium whitespace-nowrap`}>
          {costUsd === null ? <span className="text-muted">unpriced</span> : exactMoney(costUsd)}
        </td>
      </tr>
    </>
  );
}

/** How far the cost is to be believed, and what was saved. */
function Notes({ call }: { call: CallDetail }) {
  const { cacheSavingsUsd = 0, avoidedUsd = 0, metadata } = call;
  const off = metadata?.["usageErrorPercent"];
  const notes = [
    call.note,
    call.approximate === true && call.note === null
      ? "The price is that of a similar model: the cost is about right."
      : null,
    call.basis === "estimated" && typeof off === "number"
      ? `The tokens are estimated to ± ${percent(off / 100)}.`
      : null,
    (cacheSavingsUsd ?? 0) > 0 ? `Cached tokens saved ${exactMoney(cacheSavingsUsd)}.` : null,
    (cacheSavingsUsd ?? 0) < 0
      ? `Writing to the cache cost ${exactMoney(-(cacheSavingsUsd ?? 0))} more than it saved on this call.`
      : null,
    call.cacheHit === true ? `Answered from your own cache: it would have cost ${exactMoney(avoidedUsd)}.` : null,
  ].filter((note) => note !== null);
  if (notes.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1 text-[0.8125rem] text-muted">
      {notes.map((note) => (
        <li key={note}>{note.endsWith(".") ? note : `${note}.`}</li>
      ))}
    </ul>
  );
}

/** Which dated price the call got, and who says so. */
function PriceVersion({ price, timeZone }: { price: PriceOfCall; timeZone: string }) {
  const day = (ms: number) => dateInWords(localDate(ms, timeZone), "long");
  const since = price.startMs === null ? "" : `, since ${day(price.startMs)}`;
  const until = price.endMs === null ? "" : `, until ${day(price.endMs)}`;
  return (
    <div className="flex flex-col gap-1 rounded-lg bg-raised px-3 py-2.5 text-[0.8125rem] text-muted">
      <p title={price.id}>
        Price of{" "}
        <Link
          to="/prices"
          search={(before) => ({ ...validateSearch(before), model: price.model })}
          className="font-medium text-ink underline decoration-control underline-offset-4"
        >
          {price.provider} {price.model}
        </Link>
        {since}
        {until}. {LAYERS[price.layer]}
        {price.checkedOn === undefined ? "" : `, checked on ${dateInWords(price.checkedOn, "long")}`}
        {price.source === undefined ? (
          "."
        ) : (
          <>
            {": "}
            <Source text={price.source} />
          </>
        )}
      </p>
      {price.note === undefined ? null : (
        <details>
          <summary className="min-h-6 content-center">Remarks on this price</summary>
          <p className="mt-1 break-words">{price.note}</p>
        </details>
      )}
    </div>
  );
}

const LAYERS: Record<PriceOfCall["layer"], string> = {
  override: "Set by your organisation",
  catalogue: "From Outlay's catalogue",
  refreshed: "From the refreshed price list",
  bundled: "From the price list that came with Outlay",
};

/** A link where it is one. */
function Source({ text }: { text: string }) {
  if (!/^https?:\/\//.test(text)) return <span className="break-words">{text}.</span>;
  return (
    <a href={text} target="_blank" rel="noreferrer" className="break-words underline underline-offset-4 hover:text-ink">
      {text.replace(/^https?:\/\//, "")}
    </a>
  );
}

function PriceIt({ model }: { model: string }) {
  return (
    <p className="rounded-lg border border-dashed border-control px-3 py-2.5 text-[0.8125rem]">
      Its tokens count, its cost does not.{" "}
      <Link
        to="/prices"
        search={(before) => ({ ...validateSearch(before), model })}
        className="font-medium underline underline-offset-4"
      >
        Give {model} a price
      </Link>{" "}
      and past calls can be priced too.
    </p>
  );
}
