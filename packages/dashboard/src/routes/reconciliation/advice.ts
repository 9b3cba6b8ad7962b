/** What to do about a reason that should not be. */
const ADVICE: Record<string, string> = {
  not_recorded:
    "Look for an application that sends nothing here, or a key that leaked. If the calls are somebody else's, tell the connection which keys are recorded: outlay sync change … --recorded <key>.",
  not_reported: "Look for calls that were recorded twice, as another provider's, or that went through another account.",
  no_price: "Give the model a price, and reprice its calls.",
  different_price: "Compare our price with the contract, and set your own where it is another.",
  service_tier: "Record the service tier of batches and priority calls.",
  rated_differently: "Reprice the calls, if a price was wrong when they were recorded.",
  other_items: "Tools, storage and sessions are billed beside tokens: record their use, or post the difference.",
};

export function adviceOn(reason: string): string | undefined {
  return ADVICE[reason];
}
