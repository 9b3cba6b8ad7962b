import { describe, expect, test } from "vitest";
import { OutlayClient } from "./outlay-client.ts";

/** A server of our own in place of `fetch`: what it was asked, and what it answers. */
function server(answer: (path: string, asked: number) => { status: number; body: unknown }) {
  const requests: { url: string; headers: Headers }[] = [];
  const ownFetch: typeof fetch = async (input, init) => {
    requests.push({ url: String(input), headers: new Headers(init?.headers) });
    const { status, body } = answer(new URL(String(input)).pathname, requests.length);
    return new Response(JSON.stringify(body), { status });
  };
  return { requests, fetch: ownFetch };
}

const event = { id: "e 1", occurredAt: "2026-11-22T05:00:00Z", provider: "p", model: "m", costUsd: 1, basis: "rated" };
const notFound = { status: 404, body: { code: "event_not_found", detail: "there is no event" } };

/** Answers nothing until it is given up. */
const hanging: typeof fetch = (_, init) =>
  new Promise((_resolve, reject) => init?.signal?.addEventListener("abort", () => reject(new Error("aborted"))));

describe("the client", () => {
  test("sends the key, and asks only for what was named", async () => {
    const { requests, fetch } = server(() => ({ status: 200, body: { sessions: [], nextCursor: null } }));
    const client = new OutlayClient({ url: "https://outlay.example.com/base/", apiKey: "outlay_x", fetch });
    await client.sessions({ order: "cost", minCostUsd: 0.5, model: undefined, limit: 5, from: "" });
    expect(requests[0]!.url).toBe("https://outlay.example.com/base/api/v1/sessions?order=cost&limit=5&minCost=0.5");
    expect(requests[0]!.headers.get("authorization")).toBe("Bearer outlay_x");
  });

  test("says why the server refused", async () => {
    const { fetch } = server(() => ({ status: 400, body: { code: "unknown_order", detail: "order is x" } }));
    const asked = new OutlayClient({ url: "http://localhost", fetch }).sessions({});
    await expect(asked).rejects.toMatchObject({ status: 400, code: "unknown_order", message: "order is x" });
  });

  test("tells a server that is away from one that refuses", async () => {
    const client = new OutlayClient({ url: "http://localhost", fetch: () => Promise.reject(new TypeError("failed")) });
    await expect(client.event("x")).rejects.toMatchObject({ status: 0, code: "unreachable" });
  });

  test("lets an abort be an abort", async () => {
    const abort = new AbortController();
    const asked = new OutlayClient({ url: "http://localhost", fetch: hanging }).event("x", abort.signal);
    abort.abort();
    await expect(asked).rejects.toThrow("aborted");
  });
});

describe("calls by their id", () => {
  test("are fetched once for all who show them", async () => {
    const { requests, fetch } = server(() => ({ status: 200, body: event }));
    const { events } = new OutlayClient({ url: "http://localhost", fetch });
    events.watch("e 1", () => {});
    events.watch("e 1", () => {});
    await expect.poll(() => events.state("e 1")).toEqual({ kind: "known", event });
    expect(requests.map(({ url }) => url)).toEqual(["http://localhost/api/v1/events/e%201"]);
  });

  test("are asked for again while they are not recorded yet", async () => {
    const { requests, fetch } = server((_, asked) => (asked < 3 ? notFound : { status: 200, body: event }));
    const { events } = new OutlayClient({ url: "http://localhost", fetch });
    events.watch("e 1", () => {});
    await expect.poll(() => events.state("e 1").kind).toBe("known");
    expect(requests).toHaveLength(3);
  });

  test("fail with a reason, and are asked for again when somebody wants it", async () => {
    const refused = { status: 403, body: { code: "forbidden", detail: "no" } };
    const { fetch } = server((_, asked) => (asked === 1 ? refused : { status: 200, body: event }));
    const { events } = new OutlayClient({ url: "http://localhost", fetch });
    const states: string[] = [];
    events.watch("e 1", () => states.push(events.state("e 1").kind));
    await expect.poll(() => states).toEqual(["failed"]);
    events.retry("e 1");
    await expect.poll(() => states).toEqual(["failed", "loading", "known"]);
  });

  test("are asked for a few at a time", async () => {
    let running = 0;
    let most = 0;
    const slow: typeof fetch = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      return new Response(JSON.stringify(event));
    };
    const { events } = new OutlayClient({ url: "http://localhost", fetch: slow });
    const ids = Array.from({ length: 20 }, (_, index) => String(index));
    for (const id of ids) events.watch(id, () => {});
    await expect.poll(() => ids.every((id) => events.state(id).kind === "known")).toBe(true);
    expect(most).toBeLessThanOrEqual(4);
  });
});
