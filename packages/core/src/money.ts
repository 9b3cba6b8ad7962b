import { InvalidInput } from "./errors.ts";

/** 1 USD is 1,000,000,000 nano-dollars, the unit of all stored money. */
export const NANO_PER_USD = 1_000_000_000;

/** An exact number: `numerator / denominator`, the denominator above zero. Not necessarily reduced. */
export interface Fraction {
  numerator: bigint;
  denominator: bigint;
}

const DECIMAL = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,4}))?$/;

/**
 * Dollars as integer nano-dollars, rounded half-even beyond nine decimals. Takes decimal strings and JSON
 * numbers, which count as the decimal that they print as: `parseUsd(0.1)` is 100,000,000.
 * InvalidInput `invalid_amount` for anything else.
 */
export function parseUsd(value: string | number, field?: string): bigint {
  const { numerator, denominator } = parseFraction(typeof value === "number" ? String(value) : value, field);
  return divideHalfEven(numerator * BigInt(NANO_PER_USD), denominator);
}

/** Nano-dollars as a decimal string of dollars without trailing zeros: `5_800_000` is "0.0058". */
export function formatUsd(nanoUsd: bigint | number): string {
  return formatFraction({ numerator: BigInt(nanoUsd), denominator: BigInt(NANO_PER_USD) });
}

/**
 * Nano-dollars as the JavaScript number nearest to the exact dollars; it prints with the exact nine decimals
 * up to 4,000,000 USD.
 */
export function usdNumber(nanoUsd: bigint | number): number {
  const number = Number(nanoUsd);
  // Below 2^53 both operands are exact and the division rounds once; above, the decimal string is read.
  return Number.isSafeInteger(number) ? number / NANO_PER_USD : Number(formatUsd(nanoUsd));
}

/** To the nano-dollar, which is what dollars on the wire are exact to: sums of floating-point numbers have more digits than there are. */
export function roundUsd(usd: number): number {
  return Math.round(usd * NANO_PER_USD) / NANO_PER_USD;
}

/** The exact sum of nano-dollars, whatever the order. */
export function sumNanoUsd(amounts: Iterable<bigint | number>): bigint {
  let sum = 0n;
  for (const amount of amounts) sum += BigInt(amount);
  return sum;
}

/** Reads "0.15", "1e-7" or "11/10" exactly. InvalidInput `invalid_amount` when it is none of these. */
export function parseFraction(text: string, field?: string): Fraction {
  const parts = text.split("/");
  if (parts.length === 2) {
    const above = parseDecimal(parts[0]!, field);
    const below = parseDecimal(parts[1]!, field);
    if (below.numerator > 0n) return divideFractions(above, below);
  }
  return parseDecimal(text, field);
}

/**
 * An exact decimal string without trailing zeros. A fraction that has none, such as a third, is cut half-even
 * at 24 decimals.
 */
export function formatFraction(value: Fraction): string {
  const decimals = decimalsOf(value.denominator);
  const scaled = divideHalfEven(value.numerator * 10n ** BigInt(decimals), value.denominator);
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const part = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return `${scaled < 0n ? "-" : ""}${whole}${part === "" ? "" : `.${part}`}`;
}

export function addFractions(a: Fraction, b: Fraction): Fraction {
  if (a.denominator === b.denominator) {
    return { numerator: a.numerator + b.numerator, denominator: a.denominator };
  }
  return {
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  };
}

export function multiplyFractions(a: Fraction, b: Fraction): Fraction {
  return { numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator };
}

/** Dollars as a fraction, rounded half-even to nano-dollars. */
export function roundToNanoUsd(usd: Fraction): bigint {
  return divideHalfEven(usd.numerator * BigInt(NANO_PER_USD), usd.denominator);
}

/**
 * Integer division, rounded to the nearest, ties to the even neighbour: 5/2 is 2, 7/2 is 4, -5/2 is -2.
 * The divisor is above zero.
 */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  const twice = rest < 0n ? -rest * 2n : rest * 2n;
  const up = twice > divisor || (twice === divisor && quotient % 2n !== 0n);
  if (!up) return quotient;
  return dividend < 0n ? quotient - 1n : quotient + 1n;
}

function parseDecimal(text: string, field: string | undefined): Fraction {
  const match = DECIMAL.exec(text.trim());
  const [, sign = "", whole = "", part = "", exponent = "0"] = match ?? [];
  if (match === null || whole + part === "") {
    throw new InvalidInput(
      "invalid_amount",
      `"${text.slice(0, 40)}" is not a decimal number`,
      field === undefined ? {} : { field },
    );
  }
  const digits = BigInt(whole + part) * (sign === "-" ? -1n : 1n);
  const power = Number(exponent) - part.length;
  return power >= 0
    ? { numerator: digits * 10n ** BigInt(power), denominator: 1n }
    : { numerator: digits, denominator: 10n ** BigInt(-power) };
}

function divideFractions(a: Fraction, b: Fraction): Fraction {
  return { numerator: a.numerator * b.denominator, denominator: a.denominator * b.numerator };
}

const MAX_DECIMALS = 24;

/** Decimals after which dividing by this number always ends, or the most that are shown. */
function decimalsOf(denominator: bigint): number {
  let rest = denominator;
  let decimals = 0;
  while (rest % 10n === 0n) {
    rest /= 10n;
    decimals += 1;
  }
  // What is left divides a power of ten once enough twos and fives are added: 8 needs three decimals.
  let twos = 0;
  let fives = 0;
  for (; rest % 2n === 0n; rest /= 2n) twos += 1;
  for (; rest % 5n === 0n; rest /= 5n) fives += 1;
  return rest === 1n ? decimals + Math.max(twos, fives) : MAX_DECIMALS;
}
