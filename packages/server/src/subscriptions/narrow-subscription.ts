import type { Subscription } from "./subscription.ts";

/** Whose subscriptions somebody may see: everybody's, or those of some users. */
export type Onlookers = "all" | { users: readonly string[] };

/** A subscription as somebody may see it. */
export interface SeenSubscription {
  subscription: Subscription;
  /** Only the seats of the users who may be seen: what others have, and what is paid for them, is not told. */
  isPart: boolean;
}

/** null: nothing of it may be seen. */
export function seenSubscription(subscription: Subscription, onlookers: Onlookers): SeenSubscription | null {
  if (onlookers === "all") return { subscription, isPart: false };
  const people = subscription.people.filter(({ user }) => onlookers.users.includes(user));
  const users = subscription.covers.users.filter((user) => onlookers.users.includes(user));
  if (people.length + users.length === 0) return null;
  const seats = Math.max(1, new Set(people.map(({ user }) => user)).size);
  const changes = subscription.changes.map((change) => ({ ...change, seats: null }));
  return {
    subscription: { ...subscription, people, seats, changes, covers: { ...subscription.covers, users }, note: null },
    isPart: true,
  };
}
