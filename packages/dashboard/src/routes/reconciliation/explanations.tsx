import { exactMoney } from "@outlay/react";
import type { Compared } from "../../api/reconciliation.ts";
import { signedMoney } from "../../format/signed-money.ts";
import { adviceOn } from "./advice.ts";

/** What the difference is made of: first what has to be looked into, then what is as it should be. Together they are the difference. */
export function Explanations({ of: compared, about }: { of: Compared; about: string }) {
  const { explanations, unexplainedUsd, differenceUsd } = compared;
  const bySize = explanations.toSorted((one, other) => Math.abs(other.amountUsd) - Math.abs(one.amountUsd));
  const parts = [
    ...bySize.filter(({ expected }) => !expected),
    ...(unexplainedUsd === 0
      ? []
      : [{ reason: "unexplained", text: "not explained", amountUsd: unexplainedUsd, expected: false }]),
    ...bySize.filter(({ expected }) => expected),
  ];
  if (parts.length === 0) return null;
  return (
    <table className="w-full border-separate border-spacing-0 text-[0.8125rem]">
      <caption className="sr-only">What the difference of {about} is made of</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">Reason</th>
          <th scope="col">Amount</th>
        </tr>
      </thead>
      <tbody>
        {parts.map(({ reason, text, amountUsd, expected }) => {
          const advice = expected ? undefined : adviceOn(reason);
          return (
            <tr key={reason}>
              <th scope="row" className="border-t border-line py-1.5 pr-4 text-left font-normal wrap-anywhere">
                <span className={expected ? "text-muted" : "font-medium"}>{capital(text)}</span>
                {advice === undefined ? null : <span className="block text-muted">{advice}</span>}
              </th>
              <td
                title={exactMoney(amountUsd)}
                className={`border-t border-line py-1.5 text-right align-top whitespace-nowrap tabular-nums ${expected ? "text-muted" : "font-medium"}`}
              >
                {signedMoney(amountUsd)}
              </td>
            </tr>
          );
        })}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" className="border-t border-control py-1.5 pr-4 text-left font-medium">
            Difference
          </th>
          <td
            title={exactMoney(differenceUsd)}
            className="border-t border-control py-1.5 text-right font-medium whitespace-nowrap tabular-nums"
          >
            {signedMoney(differenceUsd)}
          </td>
        </tr>
      </tfoot>
    </table>
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
