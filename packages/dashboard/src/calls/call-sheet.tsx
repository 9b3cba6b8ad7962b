import { METERS } from "@outlay/core";
import { CostBadge, UNKNOWN, duration, exactCount, exactMoney, exactTime, money } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import type { CallDetail, PricedLine } from "../api/answers.ts";
import { callQuestion } from "../api/questions.ts";
import { dimensionLabel } from "../filters/filter.ts";
import { Sheet } from "../ui/sheet.tsx";

/** One call: quantity × price = cost for each meter, and whose call it was. */
export function CallSheet({ id, timeZone, onClose }: { id: string; timeZone: string; onClose: () => void }) {
  const { data, error } = useQuery(callQuestion(id));
  return (
    <Sheet title={data?.model ?? "Call"} onClose={onClose}>
      {error === null ? null : <p className="text-high">{error.message}</p>}
      {data === undefined ? <div className="h-64" /> : <Detail call={data} timeZone={timeZone} />}
    </Sheet>
  );
}

function Detail({ call, timeZone }: { call: CallDetail; timeZone: string }) {
  const savings = call.cacheSavingsUsd ?? 0;
  return (
    <>
      <p className="-mt-3 text-muted">{exactTime(Date.parse(call.occurredAt), timeZone)}</p>
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
            <th scope="col" className="pb-1.5 text-right font-normal">
              Cost
            </th>
          </tr>
        </thead>
        <tbody>
          {call.lines.map((line) => (
            <Line key={line.meter} line={line} />
          ))}
          {call.lines.length === 0 ? <Unpriced call={call} /> : null}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={2} className="border-t border-line pt-2 text-left font-medium">
              Total{BASIS_NOTES[call.basis] === undefined ? "" : `, ${BASIS_NOTES[call.basis]}`}
            </th>
            <td className="border-t border-line pt-2 text-right">
              <CostBadge plain event={call} />
            </td>
          </tr>
        </tfoot>
      </table>
      {savings > 0 ? (
        <p className="text-[0.8125rem] text-muted" title={exactMoney(savings)}>
          Cached tokens saved {money(savings)}.
        </p>
      ) : null}
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5 border-t border-line pt-4 text-[0.8125rem]">
        {facts(call).map(([name, value]) => (
          <div key={name} className="col-span-2 grid grid-cols-subgrid">
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0 text-right break-words">{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Line({ line }: { line: PricedLine }) {
  const meter = METERS[line.meter as keyof typeof METERS];
  const per = line.per === 1 ? "" : ` / ${line.per === 1_000_000 ? "M" : exactCount(line.per)}`;
  return (
    <tr>
      <td className="py-1 pr-3">
        {exactCount(line.quantity)} <span className="text-muted">{meter.label.toLowerCase()}</span>
      </td>
      <td className="py-1 text-right whitespace-nowrap text-muted">
        ${line.rateUsd}
        {per}
      </td>
      <td className="py-1 pl-3 text-right whitespace-nowrap" title={`$${line.costUsd}`}>
        {money(Number(line.costUsd))}
      </td>
    </tr>
  );
}

/** What was used, where no price tells what it cost. */
function Unpriced({ call }: { call: CallDetail }) {
  return Object.entries(call.usage ?? {}).map(([name, quantity]) =>
    typeof quantity === "number" && quantity > 0 ? (
      <tr key={name}>
        <td className="py-1 pr-3">
          {exactCount(quantity)} <span className="text-muted">{dimensionLabel(name).toLowerCase()}</span>
        </td>
        <td className="py-1 text-right text-muted">{UNKNOWN}</td>
        <td className="py-1 pl-3 text-right text-muted">{UNKNOWN}</td>
      </tr>
    ) : null,
  );
}

function facts(call: CallDetail): [string, string][] {
  const known: [string, string | null | undefined][] = [
    ["Provider", call.provider],
    ["Operation", call.operation],
    ["Agent", call.agent],
    ["User", call.user],
    ["Activity", call.activity],
    ...Object.entries(call.tags ?? {}),
    ["Took", call.durationMs == null ? null : duration(call.durationMs)],
    ["Failed", call.success === false ? (call.errorType ?? "yes") : null],
    ["Message", call.errorMessage],
    ["Price", call.priceId],
    ["Id", call.id],
  ];
  return known.filter((fact): fact is [string, string] => typeof fact[1] === "string" && fact[1] !== "");
}

const BASIS_NOTES: Partial<Record<CallDetail["basis"], string>> = {
  reported: "as the provider reported it",
  estimated: "with estimated tokens",
  unpriced: "no price is known",
};
