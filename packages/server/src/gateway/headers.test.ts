import { expect, it } from "vitest";
import { AnswerHeaders, headersForProvider } from "./headers.ts";

it("forwards what the client wrote, in its casing and order, with repeats", () => {
  const sent = ["X-B", "2", "X-Stainless-Lang", "js", "x-b", "3", "Accept-Encoding", "br"];
  expect(headersForProvider(sent, null)).toEqual(sent);
});

it("leaves out what belongs to the connection, what it names, and what is ours", () => {
  const sent = [
    ["Host", "localhost:4100"],
    ["Connection", "keep-alive, X-Mine, close"],
    ["X-Mine", "1"],
    ["Keep-Alive", "timeout=5"],
    ["Transfer-Encoding", "chunked"],
    ["TE", "trailers"],
    ["Upgrade", "websocket"],
    ["Proxy-Authorization", "Basic x"],
    ["Content-Length", "3"],
    ["Expect", "100-continue"],
    ["X-Outlay-User", "u"],
    ["X-Yours", "2"],
  ].flat();
  expect(headersForProvider(sent, null)).toEqual(["X-Yours", "2"]);
});

it("exchanges keys", () => {
  const sent = ["Authorization", "Bearer outlay_x", "X-Api-Key", "outlay_x", "Accept", "*/*"];
  const changes = { without: new Set(["authorization", "x-api-key"]), added: ["x-api-key", "real"] };
  expect(headersForProvider(sent, changes)).toEqual(["Accept", "*/*", "x-api-key", "real"]);
});

it("returns an answer's headers as they came, bytes beyond ASCII included", () => {
  const raw = ["Set-Cookie", "a=1", "set-cookie", "b=2", "X-Näme", "Grüße", "Connection", "close"];
  const headers = new AnswerHeaders(raw.map((text) => Buffer.from(text, "latin1")));
  expect(headers.forClient(new Set())).toEqual(raw.slice(0, 6));
  expect(headers.forClient(new Set(["set-cookie"]))).toEqual(raw.slice(4, 6));
});

it("finds an answer's header in any casing, and all of one that comes twice", () => {
  const raw = ["Content-Type", "text/plain", "X-Twice", "1", "x-twice", "2"].map((text) => Buffer.from(text));
  const headers = new AnswerHeaders(raw);
  expect(headers.get("content-type")).toBe("text/plain");
  expect(headers.get("x-twice")).toBe("1, 2");
  expect(headers.get("x-other")).toBeNull();
});
