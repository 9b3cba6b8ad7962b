import type { Compared, ReconciledRow } from "../../api/reconciliation.ts";
import type { Order } from "../../ui/data-table.tsx";

/** Names a row in the address: `2026-11-04 gpt-4o`. */
export const rowName = ({ day, model }: Pick<ReconciledRow, "day" | "model">) => `${day} ${model ?? ""}`;

/** Something of its difference is not as it should be, or is not explained. */
export function needsLook({ explanations, unexplainedUsd }: Compared): boolean {
  return unexplainedUsd !== 0 || explanations.some(({ expected }) => !expected);
}

/** Nobody has reported or billed anything of it: there is nothing to compare with. */
export function isUnknown({ reportedUsd, billedUsd }: Compared): boolean {
  return reportedUsd === null && billedUsd === null;
}

/** The difference where there is something to compare with; null: not known. */
export function knownDifference(compared: Compared): number | null {
  return isUnknown(compared) ? null : compared.differenceUsd;
}

/** Why it differs, in a few words, the most first. */
export function whyInShort({ explanations, unexplainedUsd }: Compared): string {
  return [
    ...explanations.map(({ reason, amountUsd }) => ({ words: SHORT[reason] ?? reason, amountUsd })),
    ...(unexplainedUsd === 0 ? [] : [{ words: "not explained", amountUsd: unexplainedUsd }]),
  ]
    .toSorted((one, other) => Math.abs(other.amountUsd) - Math.abs(one.amountUsd))
    .map(({ words }) => words)
    .join(", ");
}

const SHORT: Record<string, string> = {
  not_recorded: "not recorded here",
  not_reported: "not reported",
  other_keys: "other keys",
  day_edge: "about midnight",
  no_price: "no price",
  different_price: "another price",
  service_tier: "service tier",
  rated_differently: "rated differently",
  other_items: "other items",
  discount: "discount",
  credit: "credit",
  tax: "tax",
  fee: "fee",
  rounding: "rounding",
  not_covered: "not reported yet",
};

/** Columns by which rows can be ordered; what is not known comes last. */
const VALUES: Record<string, (row: ReconciledRow) => number | string | null> = {
  day: ({ day }) => day,
  model: ({ model }) => model,
  recorded: ({ recordedUsd }) => recordedUsd,
  reported: ({ reportedUsd }) => reportedUsd,
  billed: ({ billedUsd }) => billedUsd,
  difference: knownDifference,
};

/** What has to be looked into of it, in dollars, more or less. */
function lookUsd({ explanations, unexplainedUsd }: Compared): number {
  return explanations.reduce(
    (sum, { expected, amountUsd }) => (expected ? sum : sum + Math.abs(amountUsd)),
    Math.abs(unexplainedUsd),
  );
}

/** `-billed` → by what is billed, the largest first. undefined: first what has to be looked into, then what differs most. */
export function orderOf(text: string | undefined): Order | undefined {
  const key = text?.replace(/^-/, "");
  return key === undefined || VALUES[key] === undefined ? undefined : { key, descending: text!.startsWith("-") };
}

export function orderRows(rows: readonly ReconciledRow[], order: Order | undefined): readonly ReconciledRow[] {
  const valueOf = order === undefined ? undefined : VALUES[order.key];
  // the server has put those first that differ most
  if (order === undefined || valueOf === undefined) return rows.toSorted((one, other) => lookUsd(other) - lookUsd(one));
  const sign = order.descending ? -1 : 1;
  return rows.toSorted((one, other) => {
    const [first, second] = [valueOf(one), valueOf(other)];
    if (first === second) return 0;
    if (first === null) return 1;
    if (second === null) return -1;
    return first < second ? -sign : sign;
  });
}
