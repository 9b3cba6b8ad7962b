import { expect, it } from "vitest";
import { rememberAttempts } from "./attempts.ts";

let nowMs = 1_000;
const attempts = () => rememberAttempts(() => nowMs);
const request = { credential: "key-1", path: "/v1/chat/completions", body: Buffer.from('{"a":1}') };
const first = { number: 1, call: null };

it("takes the number from clients that say it, and the call from the failure before", () => {
  const known = attempts();
  expect(known.find(request, { "x-stainless-retry-count": "0" })).toEqual(first);
  known.failed(request, "id-1", first);
  const second = known.find(request, { "x-stainless-retry-count": "1" });
  expect(second).toEqual({ number: 2, call: "id-1" });
  known.failed(request, "id-2", second);
  expect(known.find(request, { "x-outlay-attempt": "3" })).toEqual({ number: 3, call: "id-1" });
});

it("takes the same request after a failure for the next attempt", () => {
  const known = attempts();
  known.failed(request, "id-1", first);
  expect(known.find(request, {})).toEqual({ number: 2, call: "id-1" });
  for (const other of [
    { ...request, credential: "key-2" },
    { ...request, path: "/v1/embeddings" },
    { ...request, body: Buffer.from('{"a":2}') },
  ]) {
    expect(known.find(other, {})).toEqual(first);
  }
});

it("forgets after some minutes", () => {
  const known = attempts();
  known.failed(request, "id-1", first);
  nowMs += 6 * 60_000;
  expect(known.find(request, {})).toEqual(first);
});

it("believes a client that names the call", () => {
  const headers = { "x-outlay-call": "mine", "x-outlay-attempt": "4" };
  expect(attempts().find(request, headers)).toEqual({ number: 4, call: "mine" });
});

it("ignores numbers that are none", () => {
  for (const value of ["-1", "0", "x", "99999", "1.5"]) {
    expect(attempts().find(request, { "x-outlay-attempt": value })).toEqual(first);
  }
});
