import type { KeyStore } from "../../keys/keys.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { Limits } from "../../limits/limits.ts";
import type { SubscriptionSight } from "../../subscriptions/subscription-sight.ts";
import type { Alert } from "../alert.ts";
import type { Look } from "../finding.ts";
import type { KeyPlaces } from "../key-places.ts";
import type { RuleKind, RuleOf } from "../rule.ts";

/** What rules look at. */
export interface Sight {
  ledger: Ledger;
  limits: Pick<Limits, "list" | "get" | "states">;
  keys: Pick<KeyStore, "list">;
  keyPlaces: Pick<KeyPlaces, "learn">;
  /** Absent: there are none. */
  subscriptions?: SubscriptionSight | undefined;
  /** Alerts of the rule that are open: what they are about is looked at in any case. */
  open: Alert[];
}

/** Looks once. Alerts of the rule that no finding is about are over. */
export type Check<Kind extends RuleKind> = (rule: RuleOf<Kind>, sight: Sight) => Promise<Look>;

/** Subjects that one rule tells of at most at a time, the largest first. */
export const MAX_SUBJECTS = 200;
