import { OpenAPIHono } from "@hono/zod-openapi";
import { InvalidInput } from "@outlay/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Principal, Role } from "../../access/principal.ts";
import { openTestAlerts, type OpenAlerts } from "../../alerts/open-alerts.fixture.ts";
import { call } from "../../ledger/open-ledger.fixture.ts";
import { provideAccess } from "../authorize.ts";
import type { HttpEnvironment } from "../environment.ts";
import { addAlertRoutes } from "./alerts.ts";

let open: OpenAlerts;
beforeEach(async () => {
  open = await openTestAlerts("2026-11-13T12:00:00Z");
  const usage = { inputTokens: 0, outputTokens: 1_000_000 };
  await open.alerts.createRule({ kind: "cost", name: "Each", amountUsd: 10, each: "user" }, "test");
  await open.alerts.createRule({ kind: "cost", name: "All", amountUsd: 10 }, "test");
  await open.record(
    call("2026-11-13T11:00:00Z", { user: "ada", usage }),
    call("2026-11-13T11:00:00Z", { user: "bob", usage }),
  );
  await open.look();
});
afterEach(() => open.close());

interface Entries {
  alerts?: { subject: string }[];
  entries?: { subject: string }[];
}

/** Asks as somebody; with a status when it is refused. */
async function ask(principal: Principal, path: string, method = "GET", body?: unknown): Promise<Entries | number> {
  const app = new OpenAPIHono<HttpEnvironment>();
  app.use(provideAccess(() => principal, open.ledger));
  app.onError((error) => new Response(null, { status: error instanceof InvalidInput ? error.status : 500 }));
  addAlertRoutes(app, open.alerts);
  const answer = await app.request(`/api/v1/alerts${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  return answer.ok ? ((await answer.json()) as Entries) : answer.status;
}

function person(role: Role, user: string, leadsUsers: string[] = []): Principal {
  return { kind: "person", person: { id: user, name: user, email: `${user}@example.com`, role, user, leadsUsers } };
}

function subjects(answer: Entries | number): string[] {
  if (typeof answer === "number") return [`refused with ${answer}`];
  return (answer.alerts ?? answer.entries ?? []).map(({ subject }) => subject).toSorted();
}

test("everybody sees the alerts that are about what they may see, and no others", async () => {
  const readers: [Principal, string[]][] = [
    [person("administrator", "eve"), ["", "user:ada", "user:bob"]],
    [person("viewer", "eve"), ["", "user:ada", "user:bob"]],
    [person("member", "ada"), ["user:ada"]],
    [person("member", "ada", ["bob"]), ["user:ada", "user:bob"]],
    [person("member", "eve"), []],
    [{ kind: "nobody" }, ["refused with 401"]],
  ];
  for (const [principal, seen] of readers) {
    for (const path of ["", "?state=all", "/history"]) expect(subjects(await ask(principal, path))).toEqual(seen);
  }
});

test("only administrators see and change rules and silences, and answer alerts", async () => {
  const { id } = open.alerts.list()[0]!;
  for (const role of ["member", "viewer"] as const) {
    const principal = person(role, "ada");
    for (const [method, path, body] of [
      ["GET", "/rules"],
      ["POST", "/rules", { kind: "spike", name: "x" }],
      ["PATCH", "/rules/x", {}],
      ["DELETE", "/rules/x"],
      ["GET", "/silences"],
      ["POST", "/silences", { until: "2026-11-14T00:00:00Z" }],
      ["DELETE", "/silences/x"],
      ["POST", `/${id}/acknowledge`, {}],
      ["POST", "/test", {}],
    ] as const) {
      expect(await ask(principal, path, method, body), `${method} ${path}`).toBe(403);
    }
  }
  const administrator = person("administrator", "eve");
  expect(await ask(administrator, `/${id}/acknowledge`, "POST", {})).toMatchObject({
    alert: { acknowledged: { actor: "person:eve@example.com" } },
  });
  expect(await ask(administrator, "/silences", "POST", { alert: id, until: "2026-11-14T00:00:00Z" })).toMatchObject({
    silence: { actor: "person:eve@example.com" },
  });
  expect(await ask(administrator, "?rule=no-such")).toEqual({ alerts: [] });
  expect(await ask(administrator, "?state=shut")).toBe(400);
});
