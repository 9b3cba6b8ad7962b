/** A flat fee that is paid again and again, for seats of people. Dates are days in the subscription's zone: "2026-01-31". */
export interface Subscription {
  id: string;
  name: string;
  /** Of the catalogue or of one's own; null: a free name. */
  plan: string | null;
  /** Who is paid, to tell a charge that was entered by hand for the same; null: not said. */
  provider: string | null;
  /** For each seat and term. */
  amountNanoUsd: number;
  /** Length of a term: 1 is monthly, 12 yearly. */
  months: number;
  seats: number;
  /** First day. */
  start: string;
  /** First day that it no longer covers; null: it goes on. A term that it cuts was paid in full all the same. */
  end: string | null;
  /** It is not renewed from this day on, and runs until its term is over; null: it is renewed. */
  cancelledOn: string | null;
  /** Day of the month on which it renews, of shorter months the last; null: that of its start. */
  renewalDay: number | null;
  /** Where its days begin; null: the server's zone. */
  timeZone: string | null;
  /** Other amounts or seats from the first term on that begins on or after a day. */
  changes: SubscriptionChange[];
  /** Who has a seat, and when. */
  people: Assignment[];
  covers: Coverage;
  /** List-price value that the fee of a seat and term includes; what is used beyond is charged. null: no such amount. */
  includedNanoUsd: number | null;
  note: string | null;
  createdAtMs: number;
  updatedAtMs: number;
}

export interface SubscriptionChange {
  from: string;
  amountNanoUsd: number | null;
  seats: number | null;
}

/** Start included, end excluded; null: as long as the subscription. */
export interface Assignment {
  user: string;
  from: string | null;
  to: string | null;
}

/**
 * Which calls are paid with the fee: those that fit each list; an empty list asks nothing. Where neither sources, providers nor models
 * are named, no call is covered. With people or users, only theirs.
 */
export interface Coverage {
  providers: string[];
  sources: string[];
  /** `*` stands for any characters. */
  models: string[];
  /** Whose calls are covered besides those of people with a seat. */
  users: string[];
}

/** As somebody wants it; the rest is made. */
export type WantedSubscription = Omit<Subscription, "id" | "createdAtMs" | "updatedAtMs">;

/** Whether any call can be paid with it. */
export function coversCalls({ covers }: Pick<Subscription, "covers">): boolean {
  return covers.providers.length + covers.sources.length + covers.models.length > 0;
}

/** Whether it covers the calls of some people only. */
export function isPersonal({ people, covers }: Pick<Subscription, "people" | "covers">): boolean {
  return people.length + covers.users.length > 0;
}
