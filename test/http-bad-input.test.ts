import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startServer, type RunningServer } from "./start-server.ts";

interface Problem {
  type: string;
  status: number;
  detail: string;
  code: string;
  field?: string;
  requestId: string;
  accepted?: number;
  rejected?: { index: number; field: string; code: string; reason: string }[];
}

let server: RunningServer;
let dataDir: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "outlay-bad-"));
  server = await startServer({ dataDir });
});

afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const good = { provider: "openai", model: "gpt-4o", usage: { inputTokens: 10, outputTokens: 5 } };

function send(
  path: string,
  body: NonNullable<RequestInit["body"]>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(server.url + path, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** The problem document of an answer that must be one. */
async function problem(answer: Response): Promise<Problem> {
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  const document = (await answer.json()) as Problem;
  expect(document.status).toBe(answer.status);
  expect(document.type).toBe(`https://outlay.dev/errors#${document.code}`);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  return document;
}

const sendEvent = async (event: unknown) => problem(await send("/api/v1/events", JSON.stringify(event)));

describe("one bad event", () => {
  it.each<[string, unknown, string]>([
    ["a model that is a number", { ...good, model: 4 }, "model"],
    ["no model", { provider: "openai" }, "model"],
    ["no provider", { model: "gpt-4o" }, "provider"],
    ["an empty model", { ...good, model: "" }, "model"],
    ["tokens in words", { ...good, usage: { inputTokens: "ten" } }, "usage.inputTokens"],
    ["negative tokens", { ...good, usage: { inputTokens: -1 } }, "usage.inputTokens"],
    ["half a token", { ...good, usage: { inputTokens: 1.5 } }, "usage.inputTokens"],
    ["more tokens than exist", { ...good, usage: { inputTokens: 1e15 } }, "usage.inputTokens"],
    ["tokens beyond exact numbers", { ...good, usage: { inputTokens: 1e300 } }, "usage.inputTokens"],
    ["usage that is a list", { ...good, usage: [] }, "usage"],
    ["more cached than input", { ...good, usage: { inputTokens: 1, cacheReadTokens: 2 } }, "usage.cacheReadTokens"],
    [
      "more reasoning than output",
      { ...good, usage: { outputTokens: 1, reasoningTokens: 2 } },
      "usage.reasoningTokens",
    ],
    ["an unknown field", { ...good, modle: "gpt-4o" }, "modle"],
    ["an unknown count", { ...good, usage: { inputToken: 1 } }, "usage.inputToken"],
    ["a negative cost", { ...good, reportedCostUsd: -1 }, "reportedCostUsd"],
    ["a time without zone", { ...good, occurredAt: "2026-11-22T05:00:00" }, "occurredAt"],
    ["the year 0", { ...good, occurredAt: "0000-01-01T00:00:00Z" }, "occurredAt"],
    ["the year 9999", { ...good, occurredAt: "9999-12-31T23:59:59Z" }, "occurredAt"],
    ["a year of six digits", { ...good, occurredAt: "+275760-09-13T00:00:00Z" }, "occurredAt"],
    ["31 February", { ...good, occurredAt: "2026-02-31T00:00:00Z" }, "occurredAt"],
    ["a time that is an object", { ...good, occurredAt: {} }, "occurredAt"],
    ["milliseconds beyond time", { ...good, occurredAt: 1e18 }, "occurredAt"],
    ["an id that is too long", { ...good, id: "x".repeat(129) }, "id"],
    ["a text that is too long", { ...good, user: "x".repeat(513) }, "user"],
    ["tags that are a list", { ...good, tags: ["a"] }, "tags"],
    ["a tag that is a number", { ...good, tags: { story: 5 } }, "tags.story"],
    ["success in words", { ...good, success: "yes" }, "success"],
    ["an attempt before the first", { ...good, attempt: 0 }, "attempt"],
  ])("%s is refused by name", async (_, event, field) => {
    const answer = await sendEvent(event);
    expect(answer.field).toBe(field);
    expect(answer.detail).toContain(field.split(".").at(-1));
    expect(answer.accepted).toBe(0);
    expect(answer.rejected).toHaveLength(1);
  });

  it.each(["NUL\u0000inside", "half a \ud800 pair"])("text that cannot be stored is refused: %j", async (user) => {
    expect((await sendEvent({ ...good, user })).field).toBe("user");
  });

  it("metadata may be large or deep, but not too large or too deep", async () => {
    expect((await sendEvent({ ...good, metadata: { text: "x".repeat(20_000) } })).field).toBe("metadata");
    const deep = `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`;
    const answer = await problem(
      await send("/api/v1/events", JSON.stringify(good).replace("}}", `},"metadata":${deep}}`)),
    );
    expect(answer.code).toBe("json_too_deep");
  });

  it("keys that mean something to JavaScript do no harm", async () => {
    const body = JSON.stringify(good).replace("{", '{"__proto__":{"provider":"x"},');
    expect((await problem(await send("/api/v1/events", body))).field).toBe("__proto__");
    const tags = JSON.stringify({ ...good, tags: {} }).replace('"tags":{}', '"tags":{"__proto__":"x"}');
    expect((await problem(await send("/api/v1/events", tags))).field).toContain("tags");
  });
});

describe("a batch", () => {
  it("keeps the good events when others are bad, and names the bad ones", async () => {
    const events = [good, { ...good, model: 4 }, good, null, "text", { ...good, usage: { inputTokens: -1 } }];
    const answer = await send("/api/v1/events", JSON.stringify({ events }));
    expect(answer.status).toBe(200);
    const recorded = (await answer.json()) as Problem;
    expect(recorded.accepted).toBe(2);
    expect(recorded.rejected?.map(({ index, field }) => [index, field])).toEqual([
      [1, "model"],
      [3, expect.any(String)],
      [4, expect.any(String)],
      [5, "usage.inputTokens"],
    ]);
  });

  it.each<[string, unknown, number]>([
    ["a list", [good], 400],
    ["a text", "events", 400],
    ["null", null, 400],
    ["events that are no list", { events: good }, 400],
    ["a field beside events", { events: [good], source: "x" }, 400],
    ["too many events", { events: Array.from({ length: 5_001 }, () => ({})) }, 413],
  ])("%s is refused", async (_, body, status) => {
    const answer = await send("/api/v1/events", JSON.stringify(body));
    expect(answer.status).toBe(status);
    await problem(answer);
  });
});

describe("a broken body", () => {
  it("of 50 MB is refused, whatever its headers say", async () => {
    const answer = await send("/api/v1/events", Buffer.alloc(50_000_000, 0x20));
    expect(answer.status).toBe(413);
    expect((await problem(answer)).code).toBe("body_too_large");
  });

  it("of 50 MB in chunks without a length is refused", async () => {
    const chunk = new Uint8Array(1_000_000).fill(0x20);
    let left = 50;
    const body = new ReadableStream({
      pull(controller) {
        left -= 1;
        if (left < 0) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const init = { method: "POST", body, duplex: "half", headers: { "content-type": "application/json" } };
    const answer = await fetch(`${server.url}/api/v1/events`, init as RequestInit);
    expect((await problem(answer)).code).toBe("body_too_large");
  });

  it("that decompresses to 200 MB is refused", async () => {
    const answer = await send("/api/v1/events", gzipSync(Buffer.alloc(200_000_000, 0x20)), {
      "content-encoding": "gzip",
    });
    expect((await problem(answer)).code).toBe("body_too_large");
  });

  it("that is compressed well is taken", async () => {
    const answer = await send("/api/v1/events", gzipSync(JSON.stringify(good)), { "content-encoding": "gzip" });
    expect(answer.status).toBe(200);
  });

  it.each<[string, Uint8Array, string, string]>([
    ["broken UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), "invalid_utf8", "byte 2"],
    ["UTF-8 that ends in a character", Buffer.from([0x22, 0xe2, 0x82]), "invalid_utf8", "byte 1"],
    ["an overlong slash", Buffer.from([0x22, 0xc0, 0xaf, 0x22]), "invalid_utf8", "byte 1"],
    ["UTF-16", Buffer.from('{"a":1}', "utf16le"), "invalid_json", "position 1"],
    ["broken JSON", Buffer.from('{"provider": "openai",}'), "invalid_json", "position 22"],
    ["JSON that ends early", Buffer.from('{"provider": "op'), "invalid_json", "position 16"],
    ["nothing", Buffer.from(""), "invalid_json", "position 0"],
    ["NaN", Buffer.from('{"score": NaN}'), "invalid_json", "position 10"],
  ])("%s is refused with its position", async (_, body, code, position) => {
    const answer = await problem(await send("/api/v1/events", new Uint8Array(body)));
    expect(answer.code).toBe(code);
    expect(answer.detail).toContain(position);
    expect(answer.detail).not.toContain("openai");
  });

  it("of another media type is refused", async () => {
    for (const type of ["multipart/form-data", "application/xml", "text/html"]) {
      const answer = await send("/api/v1/events", JSON.stringify(good), { "content-type": type });
      expect(answer.status).toBe(415);
      expect((await problem(answer)).field).toBe("content-type");
    }
    const latin = await send("/api/v1/events", JSON.stringify(good), {
      "content-type": "application/json; charset=latin1",
    });
    expect(latin.status).toBe(415);
  });

  it("of the type that fetch and curl send when none is said is taken", async () => {
    for (const type of ["text/plain;charset=UTF-8", "application/x-www-form-urlencoded"]) {
      const answer = await send("/api/v1/events", JSON.stringify(good), { "content-type": type });
      expect(answer.status).toBe(200);
    }
  });

  it("without a media type is taken", async () => {
    const body = JSON.stringify(good);
    const answer = await raw(
      `POST /api/v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("that the client does not finish records nothing and does no harm", async () => {
    const before = await eventCount();
    const head = "POST /api/v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
    const answer = await raw(`${head}content-length: 1000\r\n\r\n${JSON.stringify(good)}`, { end: true });
    expect(answer === "" || answer.startsWith("HTTP/1.1 400 ")).toBe(true);
    expect(await eventCount()).toBe(before);
  });
});

describe("a question", () => {
  it.each<[string, string, string]>([
    ["an unknown parameter", "/api/v1/query?metric=cost", "metric"],
    ["an unknown metric", "/api/v1/query?metrics=costs", "metrics"],
    ["an unknown dimension", "/api/v1/query?by=modell", "by"],
    ["an unknown zone", "/api/v1/query?tz=Mars/Olympus", "tz"],
    ["an empty filter", "/api/v1/query?filter=model", "filter"],
    ["a filter on nothing known", "/api/v1/query?filter=nothing:x", "filter"],
    ["an unknown period", "/api/v1/summary?period=fortnight", "period"],
    ["a date in year 0", "/api/v1/query?from=0000-01-01", "from"],
    ["a date in year 9999", "/api/v1/query?from=2026-01-01&to=9999-12-31", "to"],
    ["a date that is none", "/api/v1/query?from=2026-02-31", "from"],
    ["an end before its start", "/api/v1/query?from=2026-02-02&to=2026-02-01", "to"],
    ["a limit of minus one", "/api/v1/query?by=model&limit=-1", "limit"],
    ["a limit in words", "/api/v1/events?limit=many", "limit"],
    ["a made-up cursor", "/api/v1/events?cursor=%00%00", "cursor"],
    ["another made-up cursor", "/api/v1/events?cursor=eyJhIjoxfQ", "cursor"],
    ["a comparison with the future", "/api/v1/query?compare=next", "compare"],
    ["an order by nothing", "/api/v1/query?by=model&order=-beauty", "order"],
    ["broken percent signs", "/api/v1/query?tz=%E0%A4%A", "tz"],
    ["bytes that are no UTF-8", "/api/v1/query?filter=user:%ff", "filter"],
    ["a format that is none", "/api/v1/export?format=xls", "format"],
    ["an unknown resume point", "/api/v1/stream?lastEventId=yesterday", "lastEventId"],
    ["a cost in words", "/api/v1/sessions?minCost=much", "minCost"],
    ["no dimension", "/api/v1/values", "dimension"],
  ])("with %s is refused by name", async (_, path, field) => {
    const answer = await fetch(server.url + path);
    expect((await problem(answer)).field).toBe(field);
  });

  it.each([
    "/api/v1/events/no-such-event",
    "/api/v1/sessions/no-such-session",
    "/api/v1/nothing",
    "/api/v2/query",
    "/api",
  ])("for %s finds nothing", async (path) => {
    const answer = await fetch(server.url + path);
    expect(answer.status).toBe(404);
    await problem(answer);
  });

  it("with the wrong method hears which ones there are", async () => {
    const answer = await fetch(`${server.url}/api/v1/events`, { method: "DELETE" });
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toContain("POST");
    expect((await problem(answer)).code).toBe("method_not_allowed");
    const options = await fetch(`${server.url}/api/v1/events`, { method: "OPTIONS" });
    expect(options.status).toBe(204);
    expect(options.headers.get("allow")).toContain("GET");
  });
});

describe("injection", () => {
  const names = [
    "'; DROP TABLE events; --",
    '" OR 1=1 --',
    "Robert'); DELETE FROM events;--",
    "%' OR '1'='1",
    "$(rm -rf /)",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "{{7*7}}",
    "x\\",
    "_",
    "%",
  ];

  it("into a database is only a strange name", async () => {
    const batch = names.map((user) => ({ ...good, user, session: user, tags: { story: user } }));
    const answer = await send("/api/v1/events", JSON.stringify({ events: batch }));
    expect(((await answer.json()) as Problem).accepted).toBe(names.length);
    for (const name of names) {
      const encoded = encodeURIComponent(name);
      const filtered = await fetch(`${server.url}/api/v1/query?metrics=calls&filter=user:${encoded}`);
      expect((await filtered.json()) as object, name).toMatchObject({ totals: { calls: 1 } });
      const one = await fetch(`${server.url}/api/v1/users/${encoded}`);
      expect((await one.json()) as object, name).toMatchObject({ totals: { calls: 1 } });
      const values = await fetch(`${server.url}/api/v1/values?dimension=user&contains=${encoded}&limit=100`);
      const found = ((await values.json()) as { values: string[] }).values;
      expect(found, name).toContain(name);
      expect(found.every((value) => value.includes(name))).toBe(true);
    }
  });

  it("into a spreadsheet stays text", async () => {
    const formulas = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1"];
    const agents = formulas.map((agent) => ({ ...good, agent, project: "formulas" }));
    const recorded = await send("/api/v1/events", JSON.stringify({ events: agents }));
    expect(recorded.status).toBe(200);
    const csv = await (await fetch(`${server.url}/api/v1/export?format=csv&filter=project:formulas`)).text();
    const cells = csv.split(/[\r\n,]+/).map((cell) => cell.replace(/^"/, ""));
    expect(cells.filter((cell) => /^[=+@\t]/.test(cell))).toEqual([]);
    expect(csv).toContain("'=cmd|");
    expect(csv).toContain("'-2+3");
  });
});

describe("other pages and other names", () => {
  it("are refused when the request came under a foreign name", async () => {
    for (const host of ["evil.example", "outlay.evil.example:4100", "10.0.0.1", "localhost.evil.example"]) {
      const answer = await raw(`GET /api/health HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
      expect(answer, host).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).toContain('"code":"host_not_allowed"');
    }
    for (const host of ["localhost", "127.0.0.1:1", "[::1]:4100", "outlay.localhost"]) {
      const answer = await raw(`GET /api/health HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
      expect(answer, host).toMatch(/^HTTP\/1\.1 200 /);
    }
  });

  it("are refused when they write from elsewhere", async () => {
    const body = JSON.stringify(good);
    for (const origin of ["https://evil.example", "null", "http://localhost:1", "garbage"]) {
      const answer = await send("/api/v1/events", body, { origin });
      expect(answer.status, origin).toBe(403);
      expect((await problem(answer)).code).toBe("cross_origin");
    }
    expect((await send("/api/v1/events", body, { origin: server.url })).status).toBe(200);
  });

  it("get no permission to read", async () => {
    const answer = await fetch(`${server.url}/api/v1/meta`, { headers: { origin: "https://evil.example" } });
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    expect(answer.headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });
});

describe("what is not HTTP", () => {
  it.each<[string, string, number]>([
    ["noise", "\x16\x03\x01\x02\x00\r\n\r\n", 400],
    ["headers without end", `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    ["an address of 20,000 characters", `GET /${"x".repeat(20_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`, 431],
    ["no host", "GET /api/health HTTP/1.1\r\n\r\n", 400],
    [
      "two lengths",
      "POST /api/v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{",
      400,
    ],
  ])("%s is refused", async (_, bytes, status) => {
    expect(await raw(bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });
});

describe("two thousand connections at once", () => {
  it("are all answered, and the next request is too", async () => {
    const body = JSON.stringify({ ...good, project: "crowd" });
    const request = `POST /api/v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;
    const answers = await Promise.all(Array.from({ length: 2_000 }, () => raw(request)));
    expect(answers.filter((answer) => !answer.startsWith("HTTP/1.1 200 "))).toEqual([]);
    const answer = await fetch(`${server.url}/api/v1/query?metrics=calls&filter=project:crowd`);
    expect(await answer.json()).toMatchObject({ totals: { calls: 2_000 } });
  });
});

it("after all this the server still says that it is well, and has logged no failure of its own", async () => {
  expect((await fetch(`${server.url}/api/health`)).status).toBe(200);
  expect(server.output()).not.toMatch(/\n\s+at /);
});

async function eventCount(): Promise<number> {
  return ((await (await fetch(`${server.url}/api/health`)).json()) as { events: number }).events;
}

/** Writes bytes to a connection of its own and resolves with all that comes back. */
function raw(bytes: string, { end = false } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(server.url);
    const socket = connect(Number(port), "127.0.0.1", () => {
      if (end) socket.end(bytes);
      else socket.write(bytes);
    });
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk.toString()));
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNRESET" ? resolve(answer) : reject(error),
    );
    socket.on("close", () => resolve(answer));
  });
}
