import { expect, test } from "vitest";
import { FIRST_WAYS, firstSnippet } from "./first-snippet.ts";

test.each(FIRST_WAYS)("$name leads to this server, with the key where one is needed", ({ name }) => {
  const open = firstSnippet(name, "http://127.0.0.1:4100/outlay/", null);
  expect(open).toContain("http://127.0.0.1:4100/outlay");
  expect(open).not.toMatch(/outlay_|x-outlay-key|Bearer (?!\$OPENAI)/);
  expect(firstSnippet(name, "http://127.0.0.1:4100/", "outlay_abc")).toContain("outlay_abc");
});

test("what is pasted into a terminal is one command", () => {
  const [first, ...rest] = firstSnippet("curl", "http://localhost:4100/", "outlay_abc").split("\n");
  expect(first).toBe("curl http://localhost:4100/api/v1/events \\");
  expect(rest[0]).toBe("  -H 'authorization: Bearer outlay_abc' \\");
  expect(JSON.parse(rest.at(-1)!.slice("  -d '".length, -1))).toMatchObject({ provider: "openai" });
});
