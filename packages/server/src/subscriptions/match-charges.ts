import { canonicalProvider } from "../prices/canonical-provider.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { RecordedCharge } from "../storage/storage.ts";
import type { Span } from "./spread-fee.ts";
import { termAmount } from "./spread-fee.ts";
import type { Subscription } from "./subscription.ts";
import { termsBefore, type Term } from "./terms.ts";

/** Charges that were entered by hand, as they stand to subscriptions. Each in exactly one of these; revenue in none. */
export interface MatchedCharges {
  /** They say what a subscription says already: not counted again. */
  same: { charge: RecordedCharge; subscription: Subscription }[];
  /** Extra usage and other charges that name a subscription in `metadata.subscription`. */
  beyond: { charge: RecordedCharge; subscription: Subscription }[];
  /** Subscriptions that nothing else is known of: paid on their day. */
  fees: RecordedCharge[];
  /** Payment fees, credits, adjustments, … */
  others: RecordedCharge[];
}

const DAY_MS = 86_400_000;
/** Providers charge some days before a term begins. */
const EARLY_MS = 3 * DAY_MS;

/**
 * The charges of a period as they stand to subscriptions. A charge of the kind `subscription` is the same as a term when it names the
 * subscription in `metadata.subscription`, or when it has the same provider and amount and lies within the term or shortly before. A
 * term takes one charge, the earliest, whatever period is asked about.
 */
export async function matchCharges(
  ledger: Pick<Ledger, "storage" | "timeZone">,
  subscriptions: readonly Subscription[],
  period: Span,
): Promise<MatchedCharges> {
  const terms = subscriptions.flatMap((subscription) =>
    termsBefore(subscription, period.endMs + EARLY_MS, ledger.timeZone)
      .filter(({ endMs }) => endMs > period.startMs)
      .map((term) => ({ subscription, term })),
  );
  const [inPeriod, ofTerms] = await Promise.all([
    ledger.storage.listCharges({ startMs: period.startMs, endMs: period.endMs }),
    terms.length === 0 ? [] : ledger.storage.listCharges({ ...aroundTerms(terms), kind: "subscription" }),
  ]);
  const sameAs = new Map(
    takenCharges(
      terms,
      ofTerms.toSorted((one, other) => one.occurredAtMs - other.occurredAtMs),
    ),
  );
  const matched: MatchedCharges = { same: [], beyond: [], fees: [], others: [] };
  for (const charge of inPeriod) {
    if (charge.kind === "revenue") continue;
    const named = namedBy(charge, subscriptions);
    const subscription = charge.kind === "subscription" ? (named ?? sameAs.get(charge.id)) : named;
    if (charge.kind !== "subscription") {
      if (subscription === undefined) matched.others.push(charge);
      else matched.beyond.push({ charge, subscription });
    } else if (subscription === undefined) matched.fees.push(charge);
    else matched.same.push({ charge, subscription });
  }
  return matched;
}

interface TermOfSubscription {
  subscription: Subscription;
  term: Term;
}

function aroundTerms(terms: readonly TermOfSubscription[]): Span {
  return {
    startMs: Math.min(...terms.map(({ term }) => term.startMs)) - EARLY_MS,
    endMs: Math.max(...terms.map(({ term }) => term.endMs)),
  };
}

/** Ids of charges with the subscription that each is the same as. */
function takenCharges(terms: TermOfSubscription[], charges: readonly RecordedCharge[]): [string, Subscription][] {
  const free = new Set(terms);
  return charges.flatMap((charge): [string, Subscription][] => {
    const found = [...free].find((one) => isSame(charge, one));
    if (found === undefined) return [];
    free.delete(found);
    return [[charge.id, found.subscription]];
  });
}

function isSame(charge: RecordedCharge, { subscription, term }: TermOfSubscription): boolean {
  return (
    isOfProvider(charge, subscription) &&
    BigInt(charge.amountNanoUsd) === termAmount(term) &&
    charge.occurredAtMs >= term.startMs - EARLY_MS &&
    charge.occurredAtMs < term.endMs
  );
}

function namedBy({ metadata }: RecordedCharge, subscriptions: readonly Subscription[]): Subscription | undefined {
  const said = metadata?.["subscription"];
  return subscriptions.find(({ id, name }) => said === id || said === name);
}

function isOfProvider({ provider }: RecordedCharge, { provider: paid, covers }: Subscription): boolean {
  if (provider === undefined) return false;
  return [...(paid === null ? [] : [paid]), ...covers.providers].some(
    (name) => canonicalProvider(name) === canonicalProvider(provider),
  );
}

export function sumCharges(charges: readonly { amountNanoUsd: number }[]): bigint {
  return charges.reduce((sum, { amountNanoUsd }) => sum + BigInt(amountNanoUsd), 0n);
}
