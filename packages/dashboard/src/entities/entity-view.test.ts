import { expect, test } from "vitest";
import { viewOf } from "../filters/search.ts";
import { exactly, narrowedTo } from "./entity-view.ts";

test("a filter on one value takes its stars for stars", () => {
  expect(exactly("tag:story", "a*b:c")).toBe("tag:story:a\\*b:c");
});

test("leaves out and names the page's own filters on the same dimension, and keeps the others", () => {
  const view = viewOf({ period: "7d", filter: ["user:bob", "model:gpt-4o", "!user:eve"] });
  const { view: narrowed, ignored } = narrowedTo(view, "user", ["ann"]);
  expect(narrowed).toEqual({ ...view, filters: ["model:gpt-4o", "user:ann"] });
  expect(ignored).toEqual(["user:bob", "!user:eve"]);
});

test("several values are alternatives", () => {
  expect(narrowedTo(viewOf({}), "user", ["ann", "bob"]).view.filters).toEqual(["user:ann", "user:bob"]);
});
