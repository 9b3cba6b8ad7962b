import { CUSTOMERS, USERS } from "./organisation.ts";
import { createRandom, weightedPicker } from "./random.ts";
import { uuidV7 } from "./uuid-v7.ts";
import { isWeekend } from "./rhythm.ts";
import type { Random } from "./random.ts";

/** A charge as it is sent to `POST /api/v1/charges`. */
export interface WireCharge {
  id: string;
  occurredAt: string;
  kind: "payment_fee" | "one_off" | "credit";
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

/** Costs of the demo that are not usage: fees of the customers' payments, the training of the fine-tune, and a credit. */
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
    charges.push(...payments(day, random), ...singleCharges(day - anchorDay, day, random));
  }
  return charges.filter((charge) => Date.parse(charge.occurredAt) < untilMs);
}

/** Some customers buy something each working day; the payment provider keeps 2.9 % and 30 cents. */
function payments(day: number, random: Random): WireCharge[] {
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
