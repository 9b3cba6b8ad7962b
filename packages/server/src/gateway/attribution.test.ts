import { blankRequest } from "@outlay/providers";
import fc from "fast-check";
import { expect, it } from "vitest";
import { parseEvent } from "@outlay/core";
import { attributionOf, readAttribution } from "./attribution.ts";
import type { OutlayKey } from "./credentials.ts";

const key: OutlayKey = {
  id: "1",
  name: "ci",
  scopes: ["gateway"],
  attribution: { user: "key-user", team: "key-team", tags: { from: "key", plan: "pro" } },
};
const facts = { ...blankRequest(), user: "body-user", session: "body-session", tags: { plan: "body", lang: "de" } };
const trace = "0af7651916cd43dd8448eb211c80319c";

it("takes each thing from the first place that says it", () => {
  const headers = {
    "x-outlay-user": "header-user",
    "x-outlay-tags": "story=st-9, from=header",
    "helicone-user-id": "helicone-user",
    "helicone-session-id": "helicone-session",
    "helicone-property-app": "shop",
    "x-portkey-metadata": '{"_user":"portkey-user","_environment":"staging","app":"other","n":3}',
    traceparent: `00-${trace}-b7ad6b7169203331-01`,
  };
  const found = readAttribution(headers, key, facts);
  expect(attributionOf(found)).toEqual({
    user: "key-user",
    team: "key-team",
    session: "body-session",
    environment: "staging",
    trace,
    span: "b7ad6b7169203331",
    tags: { story: "st-9", from: "header", plan: "pro", lang: "de", app: "shop", n: "3" },
  });
  expect(found.ignored).toEqual([]);
});

it("takes every x-outlay header", () => {
  const names = ["user", "team", "project", "customer", "agent", "activity", "session", "trace", "span", "environment"];
  const headers = Object.fromEntries(names.map((name) => [`x-outlay-${name}`, ` the ${name} `]));
  const found = readAttribution({ ...headers, "x-outlay-metadata": '{"a":[1]}' }, null, blankRequest());
  expect(attributionOf(found)).toEqual(Object.fromEntries(names.map((name) => [name, `the ${name}`])));
  expect(found.metadata).toEqual({ a: [1] });
});

it("reads UTF-8, as most clients write it, and Latin-1", () => {
  const utf8 = Buffer.from("Jürgen 👋").toString("latin1");
  expect(readAttribution({ "x-outlay-user": utf8 }, null, blankRequest()).fields.user).toBe("Jürgen 👋");
  expect(readAttribution({ "x-outlay-user": "Jürgen" }, null, blankRequest()).fields.user).toBe("Jürgen");
});

it.each([
  ["x-outlay-user", "u".repeat(600), "x-outlay-user: longer than 512 characters"],
  ["x-outlay-tags", "no pairs", "x-outlay-tags: neither key=value,… nor a JSON object"],
  ["x-outlay-tags", '{"a":{"b":1}}', "x-outlay-tags: a value is no text"],
  ["x-outlay-tags", "a:b=1", "x-outlay-tags: a tag cannot be used"],
  ["x-outlay-tags", Array.from({ length: 40 }, (_, i) => `k${i}=v`).join(","), "x-outlay-tags: more than 32"],
  ["x-outlay-metadata", "[1]", "x-outlay-metadata: no JSON object"],
  ["x-portkey-metadata", "x", "x-portkey-metadata: no JSON object"],
  ["traceparent", "00-xyz", "traceparent: not as W3C says"],
])("ignores a bad %s, and says so", (name, value, note) => {
  expect(readAttribution({ [name]: value }, null, blankRequest()).ignored).toEqual([note]);
});

it("makes an event that can be recorded, whatever the headers are", () => {
  const names = ["x-outlay-user", "x-outlay-tags", "x-outlay-metadata", "helicone-property-x", "x-portkey-metadata"];
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    fc.string().map((v) => `${v}=${v},${v}`),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), text, { maxKeys: 3 }), (headers) => {
      const found = readAttribution(headers, null, blankRequest());
      const event = { provider: "openai", model: "m", ...attributionOf(found), metadata: found.metadata };
      expect(parseEvent(event, Date.now()).problems).toBeNull();
    }),
    { numRuns: 50 },
  );
});
