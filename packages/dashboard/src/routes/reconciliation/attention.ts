import { counted, headlineMoney } from "@outlay/react";
import type { Connection, Reconciliation } from "../../api/reconciliation.ts";
import { isUnknown } from "./rows.ts";

/** Something that a person should look into. */
export interface Attention {
  key: string;
  /** Whose it is: a provider, or a connection. */
  subject: string;
  sentence: string;
  /** Where to go on; absent: the sentence says it. */
  to?: "prices" | "provider";
}

/** Differences beyond the tolerance first, then what stands in the way of knowing. */
export function attentionOf(
  providers: Reconciliation["providers"],
  connections: readonly Connection[],
): readonly Attention[] {
  return [
    ...providers.flatMap((one): Attention[] => {
      if (one.withinTolerance || isUnknown(one)) return [];
      const verb = one.billedUsd === null ? "Reports" : "Bills";
      const [largest] = one.explanations
        .filter(({ expected, amountUsd }) => !expected && amountUsd > 0 === one.toCheckUsd > 0)
        .toSorted((first, second) => Math.abs(second.amountUsd) - Math.abs(first.amountUsd));
      const isReason = largest !== undefined && Math.abs(largest.amountUsd) >= Math.abs(one.unexplainedUsd);
      const why = isReason ? `most of it: ${largest.text}` : "nothing that is known explains it";
      const amount = `${headlineMoney(Math.abs(one.toCheckUsd))} ${one.toCheckUsd > 0 ? "more" : "less"}`;
      const sentence = `${verb} ${amount} than recorded calls account for; ${why}.`;
      return [{ key: `beyond ${one.provider}`, subject: one.provider, sentence, to: "provider" }];
    }),
    ...providers.flatMap(({ provider, unpricedCalls }): Attention[] =>
      unpricedCalls === 0
        ? []
        : [
            {
              key: `unpriced ${provider}`,
              subject: provider,
              sentence: `${counted(unpricedCalls, "recorded call")} ${unpricedCalls === 1 ? "has" : "have"} no price, and ${unpricedCalls === 1 ? "is" : "are"} in no sum.`,
              to: "prices",
            },
          ],
    ),
    ...connections.flatMap(({ id, name, problem, readable }): Attention[] => {
      if (!readable) {
        const sentence =
          "Its key was encrypted with another secret and cannot be read: enter it again with outlay sync change --from-env.";
        return [{ key: `key ${id}`, subject: name, sentence }];
      }
      return problem === null
        ? []
        : [{ key: `problem ${id}`, subject: name, sentence: `Could not be asked: ${problem.message}` }];
    }),
  ];
}
