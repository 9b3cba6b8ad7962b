import { OpenAPIHono } from "@hono/zod-openapi";
import { afterAll, beforeAll, expect, it } from "vitest";

import { openLedger, type OpenLedger } from "../../ledger/open-ledger.fixture.ts";
import { GOLDEN_LOGS, GOLDEN_TRACE } from "../../telemetry/golden-vectors.fixture.ts";
import { OtlpReceiver } from "../../telemetry/otlp-receiver.ts";
import { recogniseCallers } from "../../access/recognise.ts";
import { provideAccess } from "../authorize.ts";
import type { HttpEnvironment } from "../environment.ts";
import { addOtlpRoutes } from "./otlp.ts";

let ledger: OpenLedger;
beforeAll(async () => {
  ledger = await openLedger("2025-11-24T16:10:00Z");
});
afterAll(() => ledger.close());

const noKeys = { resolve: () => null, hasExpired: () => false };

it("a store that fails answers 503, so that the exporter sends it again, and nothing is lost", async () => {
  const failures: unknown[] = [];
  const app = new OpenAPIHono<HttpEnvironment>();
  app.use(provideAccess(recogniseCallers({ keys: noKeys, accounts: null, isExposed: false, ownerToken: "" }), ledger));
  addOtlpRoutes(app, new OtlpReceiver(ledger), (_, error) => failures.push(error));
  const send = (signal: string, body: Buffer) =>
    app.request(`/v1/${signal}`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf" },
      body: new Uint8Array(body),
    });
  const { appendEvents } = ledger.storage;
  ledger.storage.appendEvents = () => Promise.reject(new Error("disk full"));
  for (const [signal, body] of [
    ["traces", GOLDEN_TRACE],
    ["logs", GOLDEN_LOGS],
  ] as const) {
    const answer = await send(signal, body);
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(Buffer.from(await answer.arrayBuffer()).subarray(0, 2)).toEqual(Buffer.from([8, 14]));
  }
  expect(failures).toHaveLength(2);
  ledger.storage.appendEvents = appendEvents;
  expect((await send("traces", GOLDEN_TRACE)).status).toBe(200);
  expect((await send("logs", GOLDEN_LOGS)).status).toBe(200);
  expect((await ledger.storage.stats()).events).toBe(2);
});

it("a key says whose calls come with it, where they do not say it themselves", async () => {
  const key = {
    id: "k",
    name: "blue's key",
    scopes: ["ingest" as const],
    attribution: { team: "blue", project: "shop", tags: { a: "b" } },
  };
  const app = new OpenAPIHono<HttpEnvironment>();
  const keys = { resolve: (token: string) => (token === "outlay_token" ? key : null), hasExpired: () => false };
  app.use(provideAccess(recogniseCallers({ keys, accounts: null, isExposed: false, ownerToken: "" }), ledger));
  addOtlpRoutes(app, new OtlpReceiver(ledger), () => {});
  for (const [header, value, session] of [
    ["authorization", "Bearer outlay_token", "s2"],
    ["x-api-key", "outlay_token", "s3"],
    ["authorization", "Bearer other", "s4"],
  ] as const) {
    const body = GOLDEN_LOGS.toString("latin1").replace("s1", session);
    const headers = { "content-type": "application/x-protobuf", [header]: value };
    await app.request("/v1/logs", { method: "POST", headers, body: new Uint8Array(Buffer.from(body, "latin1")) });
  }
  const { events } = await ledger.storage.listEvents({ startMs: 0, endMs: Infinity, filters: [], limit: 10 });
  const of = (session: string) => events.find((event) => event.session === session);
  for (const session of ["s2", "s3"]) {
    expect(of(session)).toMatchObject({ team: "blue", project: "shop", credential: "blue's key", tags: { a: "b" } });
  }
  expect(of("s4")).toBeDefined();
  expect(of("s4")?.team).toBeUndefined();
});
