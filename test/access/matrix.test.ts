import { afterAll, beforeAll, describe, expect, it } from "vitest";

import {
  ASKERS,
  openOne,
  openOrganisation,
  operationsOf,
  record,
  type AskerName,
  type OpenedOutlay,
  type Operation,
  type Organisation,
} from "./organisation.ts";

// Who may use what: every operation of the API's document × everybody who may ask. The rules stand here a second time, in words
// of their own, so that one that is changed has to be changed here too.

const PEOPLE = ["member", "lead", "viewer", "administrator"] as const;
const ALMIGHTY = ["administrator", "key admin", "owner's command line"] as const;
const NO_KEYS = ["expired key", "withdrawn key", "unknown key"] as const;

const MAY: Record<string, readonly AskerName[]> = {
  public: ASKERS,
  ingest: [...ALMIGHTY, "key ingest"],
  gateway: [...PEOPLE, ...ALMIGHTY, "key gateway"],
  read: [...PEOPLE, ...ALMIGHTY, "key read", "key read of a user"],
  self: [...PEOPLE, "owner's command line"],
  admin: ALMIGHTY,
};

/** What answers without being in the document: pages, the document itself, and what only says that it is not there. */
const UNDOCUMENTED = new Set([
  "GET /api/openapi.json",
  "GET /api/docs",
  "GET /api/public/v2/prompts/:name",
  "GET /dev/unified-ai-costs",
  "GET /analytics/cost",
  "GET /dashboard/costs",
  "GET /admin/cockpit",
]);
/** These would end the sessions that the other questions are asked with. */
const ENDS_SESSIONS = new Set(["POST /api/v1/account/sign-out", "POST /api/v1/account/sign-out-everywhere"]);

let organisation: Organisation;
let operations: Operation[];

beforeAll(async () => {
  organisation = await openOrganisation();
  operations = await operationsOf(organisation.outlay);
  await record(organisation.askers["key ingest"], ["alice", "bob"]);
});
afterAll(() => organisation.outlay.close());

/** What authorization says before anything else is looked at; "in": the request came as far as its handler. */
async function verdict(answer: Response): Promise<"in" | 401 | 403> {
  const isStream = answer.headers.get("content-type")?.startsWith("text/event-stream") === true;
  const text = isStream ? "" : await answer.text();
  if (isStream) await answer.body?.cancel();
  if (answer.status !== 401 && answer.status !== 403) return "in";
  expect(answer.headers.get("content-type"), text).toBe("application/problem+json");
  const { code } = JSON.parse(text) as { code: string };
  if (answer.status === 401) expect(["sign_in_required", "unknown_key", "key_expired"]).toContain(code);
  if (answer.status === 401) return 401;
  // a handler may refuse what is asked of it; a rule refuses the operation
  const isRule = code === "key_without_scope" || (code === "not_allowed" && text.includes("You may not do this"));
  return isRule ? 403 : "in";
}

/** A request that gets past authorization and then fails, so that asking changes nothing. */
function harmless({ method, path, example }: Operation): [string, string, unknown] {
  const address = path.replaceAll(/\{.+?\}/g, "does-not-exist");
  return [method, address, method === "GET" || example === undefined ? undefined : { "not a field": 1 }];
}

function expected(operation: Operation, asker: AskerName): "in" | 401 | 403 {
  if (MAY[operation.access]!.includes(asker)) return "in";
  return asker === "nobody" || (NO_KEYS as readonly string[]).includes(asker) ? 401 : 403;
}

describe("every operation", () => {
  it("has a rule", () => {
    expect(operations.length).toBeGreaterThan(50);
    expect(operations.filter(({ access }) => MAY[access] === undefined)).toEqual([]);
  });

  it("is in the document, or is known to need no rule", () => {
    const documented = new Set(
      operations.map(({ method, path }) => `${method} ${path.replaceAll(/\{(.+?)\}/g, ":$1")}`),
    );
    const routes = organisation.outlay.http.app.routes
      .filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => `${method} ${path}`);
    expect(routes.filter((route) => !documented.has(route) && !UNDOCUMENTED.has(route))).toEqual([]);
  });

  it.each(ASKERS)("lets in %s where their rule says so, and nowhere else", async (asker) => {
    const wrong: string[] = [];
    for (const operation of operations) {
      const name = `${operation.method} ${operation.path}`;
      const wanted = expected(operation, asker);
      if (wanted === "in" && ENDS_SESSIONS.has(name)) continue;
      const said = await verdict(await organisation.askers[asker](...harmless(operation)));
      if (said !== wanted) wrong.push(`${name} (${operation.access}): ${said} instead of ${wanted}`);
    }
    expect(wrong).toEqual([]);
  });
});

it("asking only for the head is asking too", async () => {
  const { nobody, member } = organisation.askers;
  expect((await nobody("HEAD", "/api/v1/query")).status).toBe(401);
  expect((await member("HEAD", "/api/v1/audit")).status).toBe(403);
  expect((await member("HEAD", "/api/v1/query")).status).toBe(200);
});

describe("without accounts", () => {
  let open: OpenedOutlay;
  beforeAll(async () => {
    open = await openOne();
  });
  afterAll(() => open.close());

  it("everything is allowed to everybody", async () => {
    for (const operation of operations) {
      if (ENDS_SESSIONS.has(`${operation.method} ${operation.path}`)) continue;
      expect(await verdict(await open.ask(...harmless(operation))), operation.path).toBe("in");
    }
  });

  it("a key that is sent counts all the same", async () => {
    const reading = await open.keys.create({ name: "r", scopes: ["read"], attribution: {} }, "test");
    const withdrawn = await open.keys.create({ name: "w", scopes: ["admin"], attribution: {} }, "test");
    await open.keys.revoke(withdrawn.key.id, "test");
    const by = async (token: string, [method, path, body]: [string, string, unknown?]) =>
      verdict(await open.ask(method, path, body, { authorization: `Bearer ${token}` }));
    const asked: [string, string, unknown?][] = [
      ["GET", "/api/v1/query"],
      ["POST", "/api/v1/events", {}],
      ["POST", "/v1/traces", {}],
      ["POST", "/api/public/ingestion", {}],
      ["GET", "/api/v1/keys"],
    ];
    const verdicts = async (token: string) => Promise.all(asked.map((request) => by(token, request)));
    expect(await verdicts(reading.token)).toEqual(["in", 403, 403, 403, 403]);
    expect(await verdicts(withdrawn.token)).toEqual([401, 401, 401, 401, 401]);
    expect(await verdicts("outlay_wrong")).toEqual([401, 401, 401, 401, 401]);
  });
});

function basic(text: string): string {
  return `Basic ${Buffer.from(text).toString("base64")}`;
}

describe("keys", () => {
  it("are found wherever clients put them", async () => {
    const { outlay } = organisation;
    const { token } = await outlay.keys.create({ name: "k", scopes: ["ingest"], attribution: {} }, "test");
    const ways: Record<string, string>[] = [
      { authorization: `Bearer ${token}` },
      { authorization: `bearer  ${token}` },
      { "x-api-key": token },
      { authorization: basic(`pk-lf-1:${token}`) },
      { authorization: basic(`${token}:sk-lf-1`) },
    ];
    for (const headers of ways) {
      const answer = await outlay.ask("POST", "/api/v1/events", {}, headers);
      expect(await verdict(answer), JSON.stringify(headers)).toBe("in");
    }
    expect((await outlay.ask("POST", `/api/v1/events?key=${token}`, {})).status).toBe(401);
  });

  it("say whose the recorded calls are, where those do not say it themselves", async () => {
    const { outlay, askers } = organisation;
    const attribution = { user: "u-key", project: "of the key", tags: { plan: "gold", tier: "one" } };
    const { token } = await outlay.keys.create({ name: "the shop", scopes: ["ingest"], attribution }, "test");
    const call = { provider: "openai", model: "gpt-4o", usage: { inputTokens: 1 } };
    const events = [
      { ...call, id: "by-key-1" },
      { ...call, id: "by-key-2", user: "u-own", credential: "own", tags: { tier: "two" } },
      { ...call, id: "by-key-3", tags: "no tags" },
      "no event",
    ];
    const sent = await outlay.ask("POST", "/api/v1/events", { events }, { authorization: `Bearer ${token}` });
    expect(await sent.json()).toMatchObject({ accepted: 2, rejected: [{ index: 2, field: "tags" }, { index: 3 }] });
    const seen = async (id: string) => (await askers.administrator("GET", `/api/v1/events/${id}`)).json();
    expect(await seen("by-key-1")).toMatchObject({ ...attribution, credential: "the shop" });
    expect(await seen("by-key-2")).toMatchObject({
      user: "u-own",
      project: "of the key",
      credential: "own",
      tags: { plan: "gold", tier: "two" },
    });
  });

  it("that are rotated work beside their successor for as long as they were given, and no longer", async () => {
    const { outlay, askers } = organisation;
    const made = await outlay.keys.create({ name: "k", scopes: ["read"], attribution: {} }, "test");
    const rotate = async (overlapHours: number) => {
      const answer = await askers.administrator("POST", `/api/v1/keys/${made.key.id}/rotate`, { overlapHours });
      return ((await answer.json()) as { token: string }).token;
    };
    const by = async (token: string) =>
      verdict(await outlay.ask("GET", "/api/v1/query", undefined, { authorization: `Bearer ${token}` }));
    const second = await rotate(24);
    expect([await by(made.token), await by(second)]).toEqual(["in", "in"]);
    const third = await rotate(0);
    expect([await by(made.token), await by(second), await by(third)]).toEqual([401, 401, "in"]);
  });
});
