import { CHARGE_KINDS, InvalidInput, shown, usdNumber } from "@outlay/core";
import type { ChargesQuestion, RecordedCharge } from "../storage/storage.ts";
import type { ChargeAnswer, ChargesAnswer, ChargesSum, QueryParams } from "./answers.ts";
import { findPeriod, parsePeriod, periodAnswer } from "./asked-period.ts";
import type { Ledger } from "./ledger.ts";
import { PERIOD_PARAMETERS, readParameters } from "./parameters.ts";

/** Costs that are not usage, newest first, with their sums over everything that matches. */
export async function listCharges(ledger: Ledger, params: QueryParams): Promise<ChargesAnswer> {
  const parameters = readParameters(params, [...PERIOD_PARAMETERS, "kind", "user", "project", "customer", "limit"]);
  const asked = parsePeriod(parameters, { now: ledger.now(), timeZone: ledger.timeZone });
  const limit = parameters.whole("limit", 1, 10_000) ?? 1_000;
  const kind = parameters.one("kind");
  if (kind !== undefined && !(CHARGE_KINDS as readonly string[]).includes(kind)) {
    throw new InvalidInput("unknown_kind", `kind is ${shown(kind)}; expected one of ${CHARGE_KINDS.join(", ")}`, {
      field: "kind",
    });
  }
  const period = await findPeriod(ledger, asked);
  const question: ChargesQuestion = { startMs: period.startMs, endMs: period.endMs };
  for (const name of ["kind", "user", "project", "customer"] as const) {
    const value = parameters.one(name);
    if (value !== undefined) question[name] = value;
  }
  const charges = await ledger.storage.listCharges(question);
  return {
    query: { period: periodAnswer(period) },
    ...sumCharges(charges),
    charges: charges
      .toSorted((a, b) => b.occurredAtMs - a.occurredAtMs)
      .slice(0, limit)
      .map(chargeAnswer),
  };
}

/** Revenue is kept apart: it is money that came in. */
export function sumCharges(charges: RecordedCharge[]): ChargesSum {
  const byKind = new Map<string, bigint>();
  let total = 0n;
  let revenue = 0n;
  for (const { kind, amountNanoUsd } of charges) {
    const amount = BigInt(amountNanoUsd);
    if (kind === "revenue") {
      revenue += amount;
      continue;
    }
    total += amount;
    byKind.set(kind, (byKind.get(kind) ?? 0n) + amount);
  }
  return {
    totalUsd: usdNumber(total),
    byKind: Object.fromEntries([...byKind].map(([kind, amount]) => [kind, usdNumber(amount)])),
    revenueUsd: usdNumber(revenue),
  };
}

function chargeAnswer(charge: RecordedCharge): ChargeAnswer {
  return {
    id: charge.id,
    occurredAt: new Date(charge.occurredAtMs).toISOString(),
    kind: charge.kind,
    amountUsd: usdNumber(charge.amountNanoUsd),
    description: charge.description,
    provider: charge.provider,
    user: charge.user,
    team: charge.team,
    project: charge.project,
    customer: charge.customer,
    tags: charge.tags,
    metadata: charge.metadata,
  };
}
