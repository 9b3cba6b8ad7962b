import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openCatalogue, readCatalogue } from "./catalogue.ts";

const folder = new URL("../../../../catalogue/prices/", import.meta.url);

/** What ids of prices are made from: in another order it would be another id. */
function hashedParts(files: ReturnType<typeof readCatalogue>): string {
  const versions = files.flatMap((file) => file.models.flatMap((model) => model.versions));
  return JSON.stringify(versions.map(({ rates, adjustments }) => [rates, adjustments]));
}

describe("the catalogue", () => {
  it("takes in every file of its folder, each named after its provider", () => {
    const names = readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => name.replace(/\.json$/, ""));
    expect(
      readCatalogue()
        .map((file) => file.provider)
        .toSorted(),
    ).toEqual(names.toSorted());
  });

  it("is opened as its check reads it, to the order of its fields", () => {
    expect(openCatalogue()).toEqual(readCatalogue());
    expect(hashedParts(openCatalogue())).toBe(hashedParts(readCatalogue()));
  });

  it("names no id twice for the same time", () => {
    for (const file of readCatalogue()) {
      const owners = new Map<string, string>();
      for (const model of file.models) {
        for (const alias of [{ id: model.model, from: null, to: null }, ...model.aliases]) {
          const key = `${alias.id.toLowerCase()}@${alias.from ?? ""}`;
          expect(owners.get(key), `${file.provider}: ${alias.id}`).toBeUndefined();
          owners.set(key, model.model);
        }
      }
    }
  });

  it("says where a file is wrong", () => {
    const model = {
      model: "m",
      versions: [{ from: null, to: null, rates: { input: "-1" }, source: "x", checkedOn: "2026-11-22" }],
    };
    expect(() => readCatalogue([{ provider: "p", models: [model] }])).toThrow(/prices\/p\.json[^]*decimal string/);
    expect(() => readCatalogue([{ provider: "p", model: [] }])).toThrow(/model/);
  });
});
