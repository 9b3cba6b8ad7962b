import fc from "fast-check";
import { expect, it, test } from "vitest";
import { plainText } from "./plain-text.ts";
import { redact } from "./redact.ts";

it.each([
  ["a\r\nBcc: b@example.com", "a Bcc: b@example.com"],
  ["tab\tnull\u0000bell\u0007line\u2028end", "tab null bell line end"],
  ["\u202eevil\u202c \u2066x\u2069 \u200fy\u200e", "evil x y"],
  ["zero\u200bwidth \u2060joiner\ufeff", "zerowidth joiner"],
  ["half \ud800 pair", "half \ufffd pair"],
  ["tag\u{e0041}ged", "tagged"],
  ["  many   spaces  ", "many spaces"],
  ["family \u{1f469}\u200d\u{1f4bb} stays", "family \u{1f469}\u200d\u{1f4bb} stays"],
  ["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"],
  ["Z\u0351\u0352\u0353\u0354\u0355\u0356algo", "Z\u0351\u0352\u0353\u0354algo"],
])("%j becomes %j", (text, plain) => {
  expect(plainText(text, 100)).toBe(plain);
});

it("cuts between characters as people count them", () => {
  expect(plainText("abcdef", 6)).toBe("abcdef");
  expect(plainText("abcdefg", 6)).toBe("abcde…");
  expect(plainText("\u{1f469}\u200d\u{1f4bb}".repeat(9), 13)).toBe(`${"\u{1f469}\u200d\u{1f4bb}".repeat(2)}…`);
});

test("whatever comes in, one short line comes out, and again the same", () => {
  const text = fc.string({ unit: "binary", maxLength: 300 });
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 50 }), (input, max) => {
      const plain = plainText(input, max);
      expect(plain).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f]/u);
      expect(plain.isWellFormed()).toBe(true);
      expect(plain.length).toBeLessThanOrEqual(max);
      expect(plainText(plain, max)).toBe(plain);
    }),
  );
});

it("takes secrets out of what others say, however they are written", () => {
  const url = "https://hooks.example.com/services/T0/B0/the-token-of-it?key=another-token";
  const secrets = [url, 'pass"word'];
  const said = [
    url,
    "/services/T0/B0/the-token-of-it",
    "the-token-of-it",
    "another-token",
    encodeURIComponent(url),
    Buffer.from(url).toString("base64"),
    'pass"word',
    JSON.stringify({ password: 'pass"word' }),
    Buffer.from('pass"word').toString("base64"),
  ].join(" and ");
  const safe = redact(`the other side said: ${said}`, secrets);
  expect(safe).not.toMatch(/token|pass.{1,2}word|aHR0cHM6|cGFzcyJ3b3Jk/);
  expect(safe).toMatch(/^the other side said: … and …/);
  expect(redact("x".repeat(10_000), []).length).toBe(400);
});
