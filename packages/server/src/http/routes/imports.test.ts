import { OpenAPIHono } from "@hono/zod-openapi";
import { InvalidInput } from "@outlay/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { call, openLedger, type OpenLedger } from "../../ledger/open-ledger.fixture.ts";
import { provideAccess } from "../authorize.ts";
import type { HttpEnvironment } from "../environment.ts";
import { addEventRoutes } from "./events.ts";
import { addImportRoutes } from "./imports.ts";

let ledger: OpenLedger;
beforeEach(async () => {
  ledger = await openLedger("2026-11-13T12:00:00Z");
});
afterEach(() => ledger.close());

async function ask(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const app = new OpenAPIHono<HttpEnvironment>();
  app.use(provideAccess(() => ({ kind: "open" }), ledger));
  app.onError((error) => {
    const code = error instanceof InvalidInput ? error.code : String(error);
    return new Response(JSON.stringify({ code }), { status: 400 });
  });
  addEventRoutes(app, ledger);
  addImportRoutes(app, ledger.storage);
  const answer = await app.request(`/api/v1/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  return (await answer.json()) as Record<string, unknown>;
}

const file = (id: string, offsetBytes = 10) => ({
  id,
  sizeBytes: 12,
  modifiedMs: 1_795_300_000_000,
  offsetBytes,
  line: 2,
  fingerprint: "print",
});

test("how far files were read is kept for each machine and tool, and replaced by what is said later", async () => {
  expect(await ask("GET", "imports/claude-code/laptop")).toEqual({ files: [] });
  expect(await ask("PUT", "imports/claude-code/laptop", { files: [file("a"), file("b")] })).toEqual({ kept: 2 });
  await ask("PUT", "imports/claude-code/laptop", { files: [file("b", 11)] });
  await ask("PUT", "imports/claude-code/my%20desktop", { files: [file("a", 5)] });
  const { files } = await ask("GET", "imports/claude-code/laptop");
  expect(files).toHaveLength(2);
  expect(files).toEqual(expect.arrayContaining([file("a"), file("b", 11)]));
  expect(await ask("GET", "imports/claude-code/my%20desktop")).toEqual({ files: [file("a", 5)] });
  expect(await ask("GET", "imports/codex/laptop")).toEqual({ files: [] });
});

const out = (outputTokens: number, more: object = {}) =>
  call("2026-11-13T11:00:00Z", { id: "codex:a", source: "codex", usage: { outputTokens }, ...more });

test("what is no progress of a file is refused", async () => {
  for (const wrong of [{ offsetBytes: -1 }, { id: "/home/me/log.jsonl" }, { more: 1 }]) {
    const { code } = await ask("PUT", "imports/claude-code/laptop", { files: [{ ...file("a"), ...wrong }] });
    expect(["invalid_body", "unknown_field"]).toContain(code);
  }
  expect(await ask("GET", `imports/claude-code/${"m".repeat(129)}`)).toEqual({ code: "invalid_parameter" });
});

test("events say which of two with one id stands: the first, or the largest", async () => {
  await ask("POST", "events", out(8, { user: "ann" }));
  expect(await ask("POST", "events", out(301))).toMatchObject({ accepted: 0, duplicates: 1 });
  expect(await ask("GET", "events/codex:a")).toMatchObject({ usage: { outputTokens: 8 } });
  // 301 - 8 tokens at 10 dollars a million
  expect(await ask("POST", "events?repeats=largest", out(301, { user: "bob" }))).toMatchObject({
    duplicates: 0,
    revised: 1,
    ids: ["codex:a"],
    addedCostUsd: 0.00293,
  });
  expect(await ask("POST", "events?repeats=largest", out(20))).toMatchObject({ duplicates: 1, revised: 0 });
  // it stays whose it was
  expect(await ask("GET", "events/codex:a")).toMatchObject({ usage: { outputTokens: 301 }, user: "ann" });
  expect(await ask("POST", "events?repeats=smallest", out(1))).toEqual({ code: "invalid_parameter" });
});

test("nothing of another source is replaced, however large what comes is", async () => {
  for (const stored of [
    { id: "b", source: "gateway" },
    { id: "b", source: "codex" },
    { id: "codex:b", source: "api" },
  ]) {
    await ask("POST", "events", out(8, stored));
    const claimed = { id: stored.id, source: "codex" };
    expect(await ask("POST", "events?repeats=largest", out(999, claimed))).toMatchObject({ duplicates: 1, revised: 0 });
    expect(await ask("GET", `events/${stored.id}`)).toMatchObject({ usage: { outputTokens: 8 } });
  }
});
