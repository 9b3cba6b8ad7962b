import { CUSTOMERS, USERS } from "./organisation.ts";
import { createRandom, weightedPicker } from "./random.ts";
import { uuidV7 } from "./uuid-v7.ts";
import { isWeekend } from "./rhythm.ts";
import type { Random } from "./random.ts";

/** A charge as it is sent to `POST /api/v1/charges`. */
export interface WireCharge {
  id: string;
  occurredAt: string;
  kind: "payment_fee" | "one_off" | "credit" | "subscription" | "revenue";
  /** Absent: computed from `fee`. */
  amountUsd?: number;
  description: string;
  provider?: string;
  user?: string;
  team?: string;
  project?: string;
  customer?: string;
  fee?: { paymentAmountUsd: number; percent: number; fixedUsd: number };
}

const dayMs = 86_400_000;

/**
 * What the demo pays and earns besides usage: plans of its customers, their payments with what Meridian keeps of them and what they
 * cost, two subscriptions of which one is not used, the training of the fine-tune, and a credit.
 */
export function generateCharges(options: {
  seed?: number;
  untilMs: number;
  days?: number;
  anchorMs?: number;
}): WireCharge[] {
  const { seed = 1, untilMs, days = 90, anchorMs = untilMs } = options;
  const lastDay = Math.floor((untilMs - 1) / dayMs);
  const anchorDay = Math.floor((anchorMs - 1) / dayMs);
  const charges: WireCharge[] = [];
  for (let day = lastDay - days + 1; day <= lastDay; day++) {
    const random = createRandom(seed, day, 2);
    const fees = payments(day, random);
    charges.push(...fees, ...singleCharges(day - anchorDay, day, random));
    // Random numbers of their own: the charges above stay what they were before there were these.
    const more = createRandom(seed, day, 3);
    charges.push(...fees.map((fee) => commission(fee, more)));
    if (isRenewal(day - anchorDay)) charges.push(...subscriptions(day, more), ...plans(day, more));
  }
  return charges.filter((charge) => Date.parse(charge.occurredAt) < untilMs);
}

type PaymentFee = WireCharge & Required<Pick<WireCharge, "project" | "customer" | "user" | "fee">>;

/** Some customers buy something each working day; the payment provider keeps 2.9 % and 30 cents. */
function payments(day: number, random: Random): PaymentFee[] {
  const count = isWeekend(day) ? random.between(0, 2) : random.between(3, 8);
  return Array.from({ length: count }, () => ({
    ...moment(day, random),
    kind: "payment_fee" as const,
    description: "Card payment",
    provider: "stripe",
    project: "storefront",
    customer: pickCustomer(random),
    user: USERS[random.between(0, USERS.length - 1)]!,
    fee: { paymentAmountUsd: [19, 49, 99, 249][random.between(0, 3)]!, percent: 2.9, fixedUsd: 0.3 },
  }));
}

const pickCustomer = weightedPicker(CUSTOMERS);

/** Of each payment Meridian keeps a part; of large customers, who have bargained, so little that some bring less than they cost. */
function commission({ occurredAt, project, customer, user, fee }: PaymentFee, random: Random): WireCharge {
  const rank = CUSTOMERS.findIndex(([name]) => name === customer);
  const share = COMMISSIONS[Math.min(rank, COMMISSIONS.length - 1)]!;
  return {
    id: uuidV7(Date.parse(occurredAt), random),
    occurredAt,
    kind: "revenue",
    amountUsd: Math.round(fee.paymentAmountUsd * share * 100) / 100,
    description: `Commission of ${(share * 100).toFixed(1)} %`,
    project,
    customer,
    user,
  };
}

/** By the size of the customer. */
const COMMISSIONS = [0.045, 0.052, 0.029, 0.075, 0.08];

/** One for a provider that is used, one for a provider that nobody calls. */
function subscriptions(day: number, random: Random): WireCharge[] {
  return [
    { provider: "anthropic", description: "Claude Team, 2 seats", amountUsd: 50 },
    { provider: "perplexity", description: "Perplexity Pro, 1 seat", amountUsd: 20 },
  ].map((subscription) => ({ ...moment(day, random), kind: "subscription" as const, ...subscription }));
}

/** What customers pay for the month; one of them nothing but commissions. */
function plans(day: number, random: Random): WireCharge[] {
  return CUSTOMERS.flatMap(([customer], rank): WireCharge[] => {
    const amountUsd = PLANS_USD[Math.min(rank, PLANS_USD.length - 1)]!;
    if (amountUsd === 0) return [];
    return [{ ...moment(day, random), kind: "revenue", amountUsd, description: "Monthly plan", customer }];
  });
}

/** By the size of the customer. */
const PLANS_USD = [149, 149, 0, 99, 99, 99, 49];

/** Every thirty days from the anchor. */
function isRenewal(relativeDay: number): boolean {
  return ((relativeDay % SUBSCRIPTION_DAYS) + SUBSCRIPTION_DAYS) % SUBSCRIPTION_DAYS === RENEWAL_DAY;
}

const SUBSCRIPTION_DAYS = 30;
/** Three days before the anchor, so that also a short period has them. */
const RENEWAL_DAY = 27;

function singleCharges(relativeDay: number, day: number, random: Random): WireCharge[] {
  if (relativeDay === -27) {
    const description = "Training of the triage model, third round";
    return [
      { ...moment(day, random), kind: "one_off", amountUsd: 184.2, description, team: "support", project: "support" },
    ];
  }
  if (relativeDay === -9) {
    const description = "Credit for the failures two days before";
    return [{ ...moment(day, random), kind: "credit", amountUsd: -25, description, provider: "anthropic" }];
  }
  return [];
}

function moment(day: number, random: Random): { id: string; occurredAt: string } {
  const atMs = day * dayMs + random.between(6 * 3_600_000, 20 * 3_600_000);
  return { id: uuidV7(atMs, random), occurredAt: new Date(atMs).toISOString() };
}
