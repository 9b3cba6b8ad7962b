import { z } from "zod";
import { CLEAN_TEXT } from "./clean-text.ts";
import { MAX_ID_LENGTH, MAX_TEXT_LENGTH } from "./event-limits.ts";
import { addFractions, multiplyFractions, parseFraction, parseUsd, roundToNanoUsd } from "./money.ts";
import { shown, type Problem } from "./problem.ts";
import {
  fieldReaders,
  filledTextReader,
  isPlainObject,
  note,
  numberReader,
  readFields,
  readMetadata,
  readOccurredAt,
  readTags,
  textReader,
  type FieldReader,
  type Reading,
} from "./read-fields.ts";
import { CHARGE_KINDS, type ChargeKind } from "./vocabulary.ts";

/** Largest amount of one charge, in dollars: its nano-dollars are still exact in a JavaScript number. */
export const MAX_CHARGE_USD = 9_000_000;

const text = z.string().max(MAX_TEXT_LENGTH).regex(CLEAN_TEXT).nullish();

/** What a payment provider takes: `percent` of the payment and a fixed part for each. */
export const feeSchema = z.strictObject({
  paymentAmountUsd: z.number().min(0).max(MAX_CHARGE_USD),
  percent: z.number().min(0).max(100),
  fixedUsd: z.number().min(0).max(MAX_CHARGE_USD).nullish(),
});

/** One cost that is not usage, as sent to `POST /api/v1/charges`. Unknown fields are refused by name. */
export const chargeSchema = z.strictObject({
  id: z.string().min(1).max(MAX_ID_LENGTH).regex(CLEAN_TEXT).nullish(),
  occurredAt: z.union([z.string(), z.number()]).nullish(),
  kind: z.enum(CHARGE_KINDS),
  amountUsd: z.number().min(-MAX_CHARGE_USD).max(MAX_CHARGE_USD).nullish().meta({
    description: "Negative: money back. A credit is always counted as money back. Required unless fee is given",
  }),
  fee: feeSchema.nullish().meta({ description: "The amount is computed from it, exactly, when amountUsd is absent" }),
  description: text,
  provider: text,
  user: text,
  team: text,
  project: text,
  customer: text,
  tags: z.record(z.string(), z.string().nullable()).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});

/** A charge as it comes over the wire. */
export type WireCharge = z.input<typeof chargeSchema>;

/** A charge as everything behind the edge knows it. */
export interface Charge {
  id?: string | undefined;
  occurredAtMs: number;
  kind: ChargeKind;
  /** Negative: money back. */
  amountNanoUsd: number;
  description?: string | undefined;
  provider?: string | undefined;
  user?: string | undefined;
  team?: string | undefined;
  project?: string | undefined;
  customer?: string | undefined;
  tags?: Record<string, string> | undefined;
  /** With the `fee` that the amount was computed from, if it was. */
  metadata?: Record<string, unknown> | undefined;
}

export type ParsedCharge = { charge: Charge; problems: null } | { charge: null; problems: Problem[] };

/**
 * Checks and normalises one charge as it was sent.
 *
 *   2.9 % of 49.99 USD and 0.30 USD fixed → 1.74971 USD
 */
export function parseCharge(raw: unknown, nowMs: number): ParsedCharge {
  if (!isPlainObject(raw)) {
    const reason = `charge is ${shown(raw)}; expected an object`;
    return { charge: null, problems: [{ field: "charge", code: "wrong_type", reason }] };
  }
  const reading: Reading = { nowMs, occurredAtMs: nowMs, prefix: "", problems: [] };
  const read: ReadCharge = {};
  readFields(raw, read, CHARGE_READERS, reading, { names: CHARGE_NAMES, otherWords: OTHER_WORDS });
  if (raw.kind == null)
    note(reading, "kind", "missing_field", `is missing; expected one of ${CHARGE_KINDS.join(", ")}`);
  if (raw.amountUsd == null && raw.fee == null) {
    note(
      reading,
      "amountUsd",
      "missing_field",
      "is missing; expected an amount in dollars, or a fee to compute it from",
    );
  }
  if (reading.problems.length > 0 || read.kind === undefined) return { charge: null, problems: reading.problems };
  const { amountUsd, fee, kind, metadata, ...rest } = read;
  const amount = amountUsd === undefined ? feeNanoUsd(fee) : Number(parseUsd(amountUsd));
  const charge: Charge = {
    ...rest,
    occurredAtMs: reading.occurredAtMs,
    kind,
    amountNanoUsd: kind === "credit" && amount !== 0 ? -Math.abs(amount) : amount,
  };
  if (fee !== undefined || metadata !== undefined)
    charge.metadata = fee === undefined ? metadata : { ...metadata, fee };
  return { charge, problems: null };
}

interface Fee {
  paymentAmountUsd?: number;
  percent?: number;
  fixedUsd?: number;
}

/** What the readers write. */
interface ReadCharge extends Omit<Partial<Charge>, "amountNanoUsd" | "occurredAtMs"> {
  amountUsd?: number;
  fee?: Fee;
}

function feeNanoUsd(fee: Fee = {}): number {
  const share = multiplyFractions(parseFraction(String(fee.percent ?? 0)), { numerator: 1n, denominator: 100n });
  const variable = multiplyFractions(parseFraction(String(fee.paymentAmountUsd ?? 0)), share);
  return Number(roundToNanoUsd(addFractions(variable, parseFraction(String(fee.fixedUsd ?? 0)))));
}

const readText = textReader(MAX_TEXT_LENGTH);

const readKind: FieldReader = (value, field, reading) =>
  (CHARGE_KINDS as readonly unknown[]).includes(value)
    ? value
    : note(reading, field, "unknown_kind", `is ${shown(value)}; expected one of ${CHARGE_KINDS.join(", ")}`);

const readFee: FieldReader = (value, field, reading) => {
  if (!isPlainObject(value)) return note(reading, field, "wrong_type", `is ${shown(value)}; expected an object`);
  const fee: Fee = {};
  reading.prefix = "fee.";
  readFields(value, fee, FEE_READERS, reading, { names: Object.keys(FEE_READERS), otherWords: {} });
  if (value.paymentAmountUsd == null)
    note(reading, "paymentAmountUsd", "missing_field", "is missing; expected dollars");
  if (value.percent == null) note(reading, "percent", "missing_field", "is missing; expected a number such as 2.9");
  reading.prefix = "";
  return fee;
};

const FEE_READERS = fieldReaders<keyof Fee>({
  paymentAmountUsd: numberReader(0, MAX_CHARGE_USD),
  percent: numberReader(0, 100),
  fixedUsd: numberReader(0, MAX_CHARGE_USD),
});

const CHARGE_READERS = fieldReaders<keyof WireCharge>({
  id: filledTextReader(MAX_ID_LENGTH),
  occurredAt: readOccurredAt,
  kind: readKind,
  amountUsd: numberReader(-MAX_CHARGE_USD, MAX_CHARGE_USD),
  fee: readFee,
  description: readText,
  provider: readText,
  user: readText,
  team: readText,
  project: readText,
  customer: readText,
  tags: readTags,
  metadata: readMetadata,
});

const CHARGE_NAMES = Object.keys(CHARGE_READERS);
const OTHER_WORDS: Record<string, string> = {
  amount: "amountUsd",
  cost: "amountUsd",
  type: "kind",
  timestamp: "occurredAt",
  date: "occurredAt",
  userid: "user",
  customerid: "customer",
};
