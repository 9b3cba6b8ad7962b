import { expect, it } from "vitest";
import { redact } from "./redact.ts";

const prompt = "Please summarise the merger of Acme and Globex for my wife's birthday. password: Tr0ub4dor&3xyzzyplugh";
const known = {
  secrets: ["sk-proj-abcdefghijklmnop1234"],
  request: JSON.stringify({ model: "gpt-5-mini-2025-08-07", messages: [{ role: "user", content: prompt }] }),
  allowed: ["gpt-5-mini-2025-08-07"],
};

it.each([
  "Incorrect API key provided: sk-proj-abcdefghijklmnop1234. You can find your key at https://platform.openai.com.",
  "Invalid x-api-key sk-ant-api03-AAAA-BBBB",
  "API key AIzaSyD-1234567890abcdefghijklmnopqrstu not valid",
  "bad token Bearer outlay_abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
])("hides keys: %s", (message) => {
  const shown = redact(message, known);
  expect(shown).not.toMatch(/abcdefgh|AAAA|SyD/);
  expect(shown).toContain("…");
});

it("hides what a message repeats of the prompt", () => {
  const shown = redact(`Flagged: "summarise the merger of Acme and Globex" and Tr0ub4dor&3xyzzyplugh`, known);
  expect(shown).toMatch(/^Flagged: "…/);
  for (const word of ["Acme", "Globex", "merger", "xyzzy"]) expect(shown).not.toContain(word);
});

it("leaves a plain message and the model's name as they are", () => {
  const message = "The model gpt-5-mini-2025-08-07 does not exist or you do not have access to it.";
  expect(redact(message, known)).toBe(message);
});

it("shortens, and takes out control characters", () => {
  expect(redact(`a\u0000b ${"long ".repeat(1_000)}`, known).length).toBeLessThan(510);
  expect(redact("a\u0000b", known)).toBe("a b");
});
