import { expect, test } from "vitest";
import { coversInWords, peopleInLines, readNames, readPeople } from "./subscription-words.ts";

test("people are read as they are written, whatever their names", () => {
  const people = [
    { user: "ann", from: null, to: null },
    { user: "Ben from Berlin", from: "2026-11-10", to: null },
    { user: "cleo@example.com", from: null, to: "2026-12-01" },
    { user: "dora", from: "2026-11-10", to: "2026-12-01" },
  ];
  expect(readPeople(peopleInLines(people))).toEqual(people);
  expect(readPeople("  ann \n\n")).toEqual([people[0]]);
  // no date: a part of the name
  expect(readPeople("ben from May")).toEqual([{ user: "ben from May", from: null, to: null }]);
});

test("names are separated by commas", () => {
  expect(readNames(" claude-code, ,codex ")).toEqual(["claude-code", "codex"]);
});

test("coverage in words", () => {
  const covers = { sources: ["codex"], providers: ["openai"], models: [], users: [] };
  expect(coversInWords({ covers })).toBe("codex at openai");
  expect(coversInWords({ covers: { ...covers, sources: [] } })).toBe("everything at openai");
  expect(coversInWords({ covers: { ...covers, sources: [], providers: [] } })).toBe(null);
});
