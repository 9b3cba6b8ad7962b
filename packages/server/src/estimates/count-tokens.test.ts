import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countTokens as countWhole } from "gpt-tokenizer/encoding/o200k_base";
import { classify, type ContentClass } from "./content-class.ts";
import { countTokens } from "./count-tokens.ts";

const total = (text: string) => Object.values(countTokens(text)).reduce((sum, tokens) => sum + tokens, 0);
const prose = "All human beings are born free and equal in dignity and rights. They act in a spirit of brotherhood.\n";
const code = "export function sum(values: number[]): number {\n  return values.reduce((a, b) => a + b, 0);\n}\n\n";
const json = '{"name": "get_weather", "values": [1, 2, 3], "unit": "celsius", "nested": {"ok": true}},\n';

describe("counting", () => {
  it("is exact for texts of any length that fits, whatever they are made of", () => {
    const part = fc.constantFrom(
      prose,
      code,
      json,
      "人人生而自由，在尊严和权利上一律平等。\n",
      "Все люди рождаются свободными и равными.\n\n\n",
      "\t\tif (a / b) {\r\n\r\n// done\n/* \n/path/to */\n",
      "🙂🙂 naïve café — “quoted”… \n \n  x\n",
      "<|endoftext|> 1234567890 a_b-c=d\n",
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 120 }), (parts) => {
        const text = parts.join("").slice(0, 16_384);
        expect(total(text)).toBe(countWhole(text, { disallowedSpecial: new Set() }));
      }),
      { numRuns: 60 },
    );
  });

  it("tells prose from code, line by line", () => {
    const counted = countTokens(prose.repeat(20) + code.repeat(30));
    expect(counted.english).toBeGreaterThan(300);
    expect(counted.code).toBeGreaterThan(300);
  });

  it.each([
    ["one letter", "a".repeat(50_000)],
    ["letters by chance", letters(50_000, 26, 97)],
    ["Chinese by chance", letters(50_000, 20_000, 0x4e00)],
    ["marks", letters(50_000, 15, 33)],
    ["spaces", " ".repeat(50_000)],
    ["line breaks", "\n".repeat(50_000)],
    ["accents", "\u0301".repeat(50_000)],
    ["halves of pairs", "\ud83d".repeat(50_000)],
    ["faces", "👨‍👩‍👧‍👦".repeat(5_000)],
    ["capitals and small letters", "Aa".repeat(25_000)],
    ["quotes and slashes", "'\n/".repeat(20_000)],
    ["zeros", "\0".repeat(50_000)],
  ])("is bounded for %s", (_, text) => {
    const tokens = total(text);
    expect(tokens).toBeGreaterThan(10);
    expect(tokens).toBeLessThanOrEqual(16_384 * 4);
    expect(total(text.slice(0, 16_384))).toBe(tokens);
  });

  it("takes anything, and a number of tokens that its bytes allow", () => {
    const unit = fc.constantFrom(
      "a",
      "Z",
      "é",
      "中",
      "👍",
      "\ud800",
      "\udc00",
      " ",
      "\n",
      "\u0301",
      "'",
      "/",
      "0",
      "\u200d",
    );
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit, maxLength: 3_000 }), fc.string({ unit: "binary", maxLength: 500 })),
        (text) => {
          const tokens = total(text);
          expect(tokens).toBeLessThanOrEqual(Buffer.byteLength(text));
          expect(tokens > 0).toBe(text !== "");
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** The same every time. */
function letters(count: number, kinds: number, first: number): string {
  let state = 7;
  let text = "";
  for (let index = 0; index < count; index += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    text += String.fromCharCode(first + (state % kinds));
  }
  return text;
}

describe("kinds of text", () => {
  const TEXTS: [ContentClass, string][] = [
    ["english", prose],
    ["docs", "# Notes\n\n- First, open the lid.\n- Then read the label, and wait for about ten minutes.\n"],
    ["english", "He said: “No – not today…” and left. It's 5 o'clock; they won't come."],
    ["english", "Hello"],
    ["code", code],
    [
      "code",
      "def area(radius):\n    if radius < 0:\n        raise ValueError('negative')\n    return 3.14 * radius ** 2\n",
    ],
    ["code", "SELECT user_id, SUM(cost) FROM calls WHERE day >= '2026-11-01' GROUP BY user_id;"],
    ["json", json],
    ["json", '[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hi"}]'],
    ["cjk", "人人生而自由，在尊严和权利上一律平等。"],
    ["cjk", "すべての人間は、生まれながらにして自由である。"],
    ["cjk", "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다."],
    ["other", "Все люди рождаются свободными и равными в своем достоинстве и правах."],
    [
      "other",
      "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt.",
    ],
    ["other", "Tous les êtres humains naissent libres et égaux en dignité et en droits."],
    ["other", "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti. Essi sono dotati di ragione."],
    ["other", "Alle mensen worden vrij en gelijk in waardigheid en rechten geboren. Zij zijn begiftigd met verstand."],
    ["other", "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق."],
    ["other", "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।"],
  ];
  it.each(TEXTS)("%s: %s", (kind, text) => {
    expect(classify(text)).toBe(kind);
  });
});
