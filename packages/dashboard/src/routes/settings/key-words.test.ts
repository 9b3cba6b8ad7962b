import { expect, test } from "vitest";
import type { Key } from "../../api/keys.ts";
import { attributionInWords, readKeyForm, usageOf } from "./key-words.ts";

const key = (change: Partial<Key>) => ({ expiresAt: null, attribution: {}, scopes: [], ...change }) as unknown as Key;

test("reads what is filled in, and says nothing of what is not", () => {
  const filled = {
    name: "shop",
    "scope-ingest": "on",
    "attribution.project": " shop ",
    "attribution.user": "",
    "attribution.tags": "story = st-9\n\nplan=a=b",
    expiresAt: "2027-01-31",
  };
  expect(readKeyForm(filled, null)).toEqual({
    name: "shop",
    scopes: ["ingest"],
    attribution: { project: "shop", tags: { story: "st-9", plan: "a=b" } },
    expiresAt: "2027-01-31T23:59:59.999Z",
  });
  expect(readKeyForm({ name: "x", expiresAt: "" }, null)).toEqual({
    name: "x",
    scopes: [],
    attribution: {},
    expiresAt: null,
  });
});

test("an expiry that was not touched keeps its time of day", () => {
  const before = key({ expiresAt: "2027-01-31T08:15:00.000Z" });
  expect(readKeyForm({ name: "x", expiresAt: "2027-01-31" }, before)).not.toHaveProperty("expiresAt");
  expect(readKeyForm({ name: "x", expiresAt: "" }, before)).toMatchObject({ expiresAt: null });
});

test("says whose calls it is for", () => {
  expect(attributionInWords(key({ attribution: { project: "shop", user: "ann", tags: { a: "b" } } }))).toBe(
    "ann · shop · a=b",
  );
  expect(attributionInWords(key({}))).toBeNull();
});

const labels = (...scopes: Key["scopes"]) => usageOf({ scopes }, "t", "http://x").map(({ label }) => label);

test("shows how it is used for what it is for", () => {
  expect(labels("ingest")).toEqual(["Record a call"]);
  expect(labels("read", "gateway")).toEqual(["Through the gateway", "Ask"]);
  expect(labels("admin")).toEqual(["Through the gateway", "Record a call"]);
});
