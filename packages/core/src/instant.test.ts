import fc from "fast-check";
import { expect, it } from "vitest";

import { parseInstant } from "./instant.ts";

/** The same instant in a spelling that is read by the general rule. */
const otherwise = (text: string) => text.replace(/Z$/, "+00:00");

const instant = fc.date({ min: new Date("0000-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });

it("reads what toISOString writes, with and without milliseconds", () => {
  fc.assert(
    fc.property(instant, (date) => {
      const text = date.toISOString();
      const toTheSecond = text.replace(/\.\d+Z$/, "Z");
      expect(parseInstant(text)).toBe(date.getTime());
      expect(parseInstant(toTheSecond)).toBe(Math.floor(date.getTime() / 1_000) * 1_000);
      expect(parseInstant(otherwise(text))).toBe(date.getTime());
    }),
  );
});

it("says the same of one spelling as of another, also where there is no such instant", () => {
  const broken = fc.tuple(instant, fc.boolean(), fc.nat({ max: 22 }), fc.constantFrom(..."0123456789-:.TZtz +é"));
  fc.assert(
    fc.property(broken, ([date, hasMs, at, put]) => {
      const iso = hasMs ? date.toISOString() : date.toISOString().replace(/\.\d+Z$/, "Z");
      const text = iso.slice(0, at) + put + iso.slice(at + 1, -1) + "Z";
      expect(parseInstant(text)).toBe(parseInstant(otherwise(text)));
    }),
    { numRuns: 5_000 },
  );
  for (const text of ["2024-02-29T00:00:00Z", "2000-02-29T23:59:59.999Z", "2026-01-31T00:00:00.001Z"]) {
    expect(parseInstant(text)).toBe(Date.parse(text));
  }
  for (const text of [
    "2023-02-29T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:60:00.000Z",
  ]) {
    expect(parseInstant(text)).toBeNull();
  }
});
