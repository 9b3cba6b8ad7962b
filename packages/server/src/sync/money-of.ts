import { multiplyFractions, parseFraction, type Fraction } from "@outlay/core";
import { z } from "zod";

/** An amount as providers send it: a JSON number, which counts as the decimal that it prints as, or a decimal string. */
export const decimal = z
  .union([z.number(), z.string().regex(/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/)])
  .transform(fractionOf);

/** An amount in cents, as a number or a string, in dollars: "123.78912" is 1.2378912. */
export const cents = decimal.transform((value) => multiplyFractions(value, { numerator: 1n, denominator: 100n }));

/** ISO 4217, in capitals. */
export const currency = z.string().transform((code) => code.trim().toUpperCase());

/** A count; providers also write it as text, or null for none. */
export const count = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d+(\.\d+)?$/)
      .transform(Number),
  ])
  .nullish()
  .transform((value) => (value === null || value === undefined ? undefined : Math.round(value)));

/** A name or id; null and absent are the same. */
export const name = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .transform((value) => (value === null || value === undefined || value === "" ? undefined : value.slice(0, 256)));

export const ZERO: Fraction = { numerator: 0n, denominator: 1n };

function fractionOf(value: number | string): Fraction {
  return parseFraction(String(value));
}

/** The difference of two amounts. */
export function minus(from: Fraction, what: Fraction): Fraction {
  return {
    numerator: from.numerator * what.denominator - what.numerator * from.denominator,
    denominator: from.denominator * what.denominator,
  };
}
