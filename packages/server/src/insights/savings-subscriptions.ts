import { isExactly } from "../ledger/filters.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { canonicalProvider } from "../prices/canonical-provider.ts";
import type { RecordedCharge } from "../storage/storage.ts";
import type { Finding } from "./savings-finding.ts";
import type { Traffic } from "./savings-traffic.ts";
import { usdText } from "./amount-words.ts";

/** What is known of subscriptions beside charges: advice on them, and the charges that only say the same. */
export interface PlanAdvice {
  findings: Finding[];
  sameCharges: Set<string>;
}

/**
 * Advice on subscriptions, and charges for some that are known by nothing else: those that were paid in the period although nothing of
 * their provider was used in it, by their user where the charge names one. Charges without a provider tell nothing.
 */
export async function findUnusedSubscriptions(
  ledger: Ledger,
  traffic: Traffic,
  { findings, sameCharges }: PlanAdvice = { findings: [], sameCharges: new Set() },
): Promise<Finding[]> {
  const { startMs, endMs } = traffic.period;
  const paid = (await ledger.storage.listCharges({ startMs, endMs, kind: "subscription" })).filter(
    (charge) => charge.provider !== undefined && charge.amountNanoUsd > 0 && !sameCharges.has(charge.id),
  );
  const used = new Set(traffic.byModel.map(({ provider }) => canonicalProvider(provider)));
  const usedBy = await providersOf(
    ledger,
    traffic,
    paid.flatMap(({ user }) => user ?? []),
  );
  const unused = paid.filter(({ provider, user }) => {
    const name = canonicalProvider(provider!);
    return user === undefined ? !used.has(name) : !usedBy.has(JSON.stringify([user, name]));
  });
  const byOwner = Map.groupBy(unused, ({ provider, user }) => JSON.stringify([canonicalProvider(provider!), user]));
  return [...findings, ...[...byOwner.values()].map(findingOf)];
}

/** Which user used which provider. */
async function providersOf(ledger: Ledger, traffic: Traffic, users: string[]): Promise<Set<string>> {
  if (users.length === 0) return new Set();
  const { startMs, endMs } = traffic.period;
  const filters = [{ dimension: "user" as const, values: [...new Set(users)], patterns: [], exclude: false }];
  const { rows } = await ledger.storage.sum({ startMs, endMs, by: ["user", "provider"], filters });
  return new Set(rows.map(({ key }) => JSON.stringify([key[0], canonicalProvider(key[1] ?? "")])));
}

function findingOf(charges: RecordedCharge[]): Finding {
  const { provider = "", user } = charges[0]!;
  const cost = charges.reduce((sum, charge) => sum + BigInt(charge.amountNanoUsd), 0n);
  const whose = user === undefined ? provider : `${provider} for ${user}`;
  return {
    kind: "unused_subscription",
    title: `Unused subscription: ${whose}`,
    sentence: `${usdText(cost)} was paid for ${charges[0]!.description ?? `a subscription at ${provider}`}, and no call at ${provider}${user === undefined ? "" : ` by ${user}`} was recorded in this period.`,
    savedNanoUsd: cost,
    ofCostNanoUsd: cost,
    calls: 0n,
    filters: [isExactly("provider", provider), ...(user === undefined ? [] : [isExactly("user", user)])],
    basis: "exact",
    assumptions: ["Whatever is used under the subscription is recorded here."],
    detail: { provider, user: user ?? null, charges: charges.map((charge) => charge.id) },
  };
}
