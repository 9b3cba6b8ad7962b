import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInput } from "./errors.ts";
import { divideHalfEven, formatFraction, formatUsd, parseFraction, parseUsd, sumNanoUsd, usdNumber } from "./money.ts";

describe("parseUsd", () => {
  it.each([
    ["0.0058", 5_800_000n],
    [0.1, 100_000_000n],
    [1e-7, 100n],
    ["1e-9", 1n],
    [135, 135_000_000_000n],
    ["-2.5", -2_500_000_000n],
    ["0.0000000005", 0n],
    ["0.0000000015", 2n],
    ["0.00000000051", 1n],
    [".5", 500_000_000n],
    ["9007199254740993", 9_007_199_254_740_993_000_000_000n],
  ])("reads %s", (text, nano) => expect(parseUsd(text)).toBe(nano));

  it.each(["", ".", "1,5", "0x10", "NaN", "Infinity", "1/0", "1e99999", "--1"])("refuses %j", (text) => {
    expect(() => parseUsd(text, "amountUsd")).toThrow(InvalidInput);
    expect(() => parseUsd(Number.NaN)).toThrow(/NaN/);
  });
});

describe("formatUsd", () => {
  it.each([
    [5_800_000, "0.0058"],
    [0, "0"],
    [-1n, "-0.000000001"],
    [135_000_000_000n, "135"],
    [10_000_000_000_000_000_000_000n, "10000000000000"],
  ])("prints %s", (nano, text) => expect(formatUsd(nano)).toBe(text));

  it("is the inverse of parseUsd", () => {
    fc.assert(fc.property(fc.bigInt(-(10n ** 24n), 10n ** 24n), (nano) => parseUsd(formatUsd(nano)) === nano));
  });
});

describe("usdNumber", () => {
  it("prints as the exact decimal", () => {
    fc.assert(fc.property(fc.integer({ min: -4e15, max: 4e15 }), (nano) => parseUsd(usdNumber(nano)) === BigInt(nano)));
  });

  it("is the nearest number beyond 2^53", () => {
    fc.assert(fc.property(fc.bigInt(2n ** 53n, 2n ** 80n), (nano) => usdNumber(nano) === Number(formatUsd(nano))));
  });
});

describe("sumNanoUsd", () => {
  it("gives a million calls of 0.000135 as 135", () => {
    expect(formatUsd(sumNanoUsd(Array.from({ length: 1_000_000 }, () => 135_000)))).toBe("135");
  });

  it("is the same in any order and however it is split", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e15, max: 1e15 })), fc.nat(), (amounts, at) => {
        const cut = at % (amounts.length + 1);
        const parts = [amounts.slice(cut), amounts.slice(0, cut)].map(sumNanoUsd);
        expect(sumNanoUsd(parts)).toBe(sumNanoUsd(amounts.toReversed()));
      }),
    );
  });
});

describe("divideHalfEven", () => {
  it.each([
    [5n, 2n, 2n],
    [7n, 2n, 4n],
    [-5n, 2n, -2n],
    [-7n, 2n, -4n],
    [8n, 3n, 3n],
    [-8n, 3n, -3n],
  ])("%s / %s is %s", (a, b, c) => expect(divideHalfEven(a, b)).toBe(c));
});

describe("fractions", () => {
  it.each([
    ["11/10", "1.1"],
    ["0.15/4", "0.0375"],
    ["1/3", "0.333333333333333333333333"],
    ["7/8", "0.875"],
    ["1e3", "1000"],
  ])("%s is %s", (text, printed) => expect(formatFraction(parseFraction(text))).toBe(printed));
});
