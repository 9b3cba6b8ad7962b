import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { OutlayHandlers } from "../next.d.ts";
import { createOutlayHandlers } from "./next.ts";

const dataDir = mkdtempSync(join(tmpdir(), "outlay-next-"));
let handlers: OutlayHandlers;
let isAllowed: boolean | Response = true;

const request = (path: string, init?: RequestInit) => new Request(`https://app.example.com${path}`, init);
const call = { id: "call-1", provider: "openai", model: "gpt-4o", usage: { inputTokens: 1_000, outputTokens: 100 } };
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  request(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
const json = async (answer: Promise<Response>) => (await answer).json() as Promise<Record<string, unknown>>;

beforeAll(() => {
  process.env["OUTLAY_REFRESH_PRICES"] = "off";
  handlers = createOutlayHandlers({ basePath: "/costs", dataDir, timeZone: "UTC", authorize: () => isAllowed });
});
afterEach(() => (isAllowed = true));
afterAll(async () => {
  await handlers.close();
  rmSync(dataDir, { recursive: true });
});

describe("Outlay in the routes of another application", () => {
  it("records and answers below its path", async () => {
    expect(await json(handlers.POST(post("/costs/api/v1/events", call)))).toMatchObject({ accepted: 1 });
    // 1,000 at 2.50 and 100 at 10.00 dollars a million
    const { totals } = await json(handlers.GET(request("/costs/api/v1/query?period=all&metrics=cost,calls")));
    expect(totals).toEqual({ cost: 0.0035, calls: 1 });
  });

  it("answers nobody whom the application does not let in", async () => {
    isAllowed = false;
    for (const answer of [
      await handlers.GET(request("/costs/api/v1/meta")),
      await handlers.POST(post("/costs/api/v1/events", { ...call, id: "call-2" })),
    ]) {
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ code: "not_allowed" });
    }
    isAllowed = true;
    expect((await handlers.GET(request("/costs/api/v1/events/call-2"))).status).toBe(404);
  });

  it("lets the application answer in its place", async () => {
    isAllowed = new Response(null, { status: 302, headers: { location: "/sign-in" } });
    expect((await handlers.GET(request("/costs/api/v1/meta"))).headers.get("location")).toBe("/sign-in");
  });

  it("takes calls of its own process without asking", async () => {
    isAllowed = false;
    const answer = await handlers.fetch("http://localhost/costs/api/v1/events", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...call, id: "call-3" }),
    });
    expect(await answer.json()).toMatchObject({ accepted: 1 });
  });

  it("refuses what a page of another site sends", async () => {
    const answer = await handlers.POST(
      post("/costs/api/v1/events", { ...call, id: "call-4" }, { "sec-fetch-site": "cross-site" }),
    );
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: "cross_origin" });
  });

  it("says so when a request is not below its path", async () => {
    const answer = await handlers.GET(request("/costsheet/api/v1/meta"));
    expect(answer.status).toBe(404);
    expect(() => createOutlayHandlers({ basePath: "/", authorize: () => true })).toThrow(TypeError);
    expect(() => createOutlayHandlers({ basePath: "/a/", authorize: () => true })).toThrow(TypeError);
  });

  it("leaves compression to the application", async () => {
    const page = request("/costs/api/docs", { headers: { "accept-encoding": "gzip, br" } });
    const answer = await handlers.GET(page);
    expect(answer.headers.get("content-encoding")).toBeNull();
    expect(await answer.text()).toContain("<html");
  });

  it("leads redirects below its path", async () => {
    const answer = await handlers.GET(request("/costs/dashboard/costs"));
    expect(answer.headers.get("location")).toMatch(/^\/costs\//);
  });

  it("streams what arrives", async () => {
    const answer = await handlers.GET(request("/costs/api/v1/stream"));
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    const until = async (text: string) => {
      while (!seen.includes(text)) {
        const { done, value } = await reader.read();
        if (done) expect.fail(`the stream ended with ${seen}`);
        seen += value;
      }
    };
    await until("event: totals");
    await handlers.POST(post("/costs/api/v1/events", { ...call, id: "call-5" }));
    await until("call-5");
    await reader.cancel();
  });

  it("finds what another copy of the module has opened, and opens the folder again after it was closed", async () => {
    const again = createOutlayHandlers({ basePath: "/costs", dataDir, timeZone: "UTC", authorize: () => true });
    expect((await again.GET(request("/costs/api/v1/events/call-1"))).status).toBe(200);
    await handlers.close();
    expect((await again.GET(request("/costs/api/v1/events/call-1"))).status).toBe(200);
  });

  it("answers again once a folder that somebody else held is free", async () => {
    const other = createOutlayHandlers({ basePath: "/other", dataDir, timeZone: "UTC", authorize: () => true });
    await handlers.GET(request("/costs/api/v1/meta"));
    const refused = await other.GET(request("/other/api/v1/meta"));
    expect(await refused.json()).toMatchObject({ code: "data_folder_in_use" });
    await handlers.close();
    expect((await other.GET(request("/other/api/v1/meta"))).status).toBe(200);
    await other.close();
  });
});
