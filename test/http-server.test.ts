import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";

import { describe, expect, it, onTestFinished } from "vitest";

import { startServer, type RunningServer } from "./start-server.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const event = { provider: "openai", model: "gpt-4o", usage: { inputTokens: 1_000, outputTokens: 100 }, user: "u-1" };

async function start(dataDir: string, more: { args?: string[]; env?: Record<string, string> } = {}) {
  const server = await startServer({ dataDir, ...more });
  onTestFinished(async () => void (await server.kill()));
  return server;
}

function recordAt(server: RunningServer, body: unknown): Promise<Response> {
  return fetch(`${server.url}/api/v1/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

describe("the server", () => {
  it("keeps what it recorded over a restart, and the same ids change nothing", async () => {
    const dataDir = temporaryFolder();
    const first = await start(dataDir);
    const events = Array.from({ length: 10 }, (_, index) => ({ ...event, id: `kept-${index}` }));
    expect(await (await recordAt(first, { events })).json()).toMatchObject({ accepted: 10 });
    const path = "/api/v1/query?metrics=cost,calls,tokens&by=user";
    const before = await (await fetch(first.url + path)).json();
    expect(await first.stop()).toBe(0);

    const second = await start(dataDir);
    const after = await (await fetch(second.url + path)).json();
    expect((after as { rows: unknown }).rows).toEqual((before as { rows: unknown }).rows);
    expect((after as { totals: unknown }).totals).toMatchObject({ calls: 10 });
    expect(await (await recordAt(second, { events })).json()).toMatchObject({ accepted: 0, duplicates: 10 });
    expect(await second.stop()).toBe(0);
  });

  it("leaves its address in the data folder while it runs", async () => {
    const dataDir = temporaryFolder();
    const server = await start(dataDir);
    const path = join(dataDir, "server.json");
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
      pid: server.pid,
      url: server.url,
      ownerToken: expect.stringMatching(/^outlay_[\w-]{43}$/) as string,
    });
    expect(await server.stop()).toBe(0);
    expect(existsSync(path)).toBe(false);
  });

  it("finishes a request that has begun when it is asked to end", async () => {
    const dataDir = temporaryFolder();
    const server = await start(dataDir);
    const body = JSON.stringify({ ...event, id: "last-words" });
    const { port } = new URL(server.url);
    const socket = connect(Number(port), "127.0.0.1");
    socket.write(
      `POST /api/v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    socket.write(body.slice(0, 10));
    await fetch(`${server.url}/api/health`);
    const ended = server.stop();
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk.toString()));
    const closed = new Promise((resolve) => socket.on("close", resolve));
    setTimeout(() => socket.write(body.slice(10)), 200);
    await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(await ended).toBe(0);
    const again = await start(dataDir);
    expect((await fetch(`${again.url}/api/v1/events/last-words`)).status).toBe(200);
    await again.stop();
  });

  it("ends live streams when it is asked to end", async () => {
    const server = await start(temporaryFolder());
    const stream = await fetch(`${server.url}/api/v1/stream`);
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes("event: totals")) {
      const { done, value } = await reader.read();
      if (done) expect.fail(`the stream ended with ${text}`);
      text += value;
    }
    const [code] = await Promise.all([server.stop(), untilDone(reader)]);
    expect(code).toBe(0);
  });

  it("refuses a second server on its data folder, and says why", async () => {
    const dataDir = temporaryFolder();
    const first = await start(dataDir);
    const record = readFileSync(join(dataDir, "server.json"), "utf8");
    await expect(startServer({ dataDir })).rejects.toThrow(/another Outlay process/);
    expect(readFileSync(join(dataDir, "server.json"), "utf8")).toBe(record);
    expect((await fetch(`${first.url}/api/health`)).status).toBe(200);
    await first.stop();
  });

  it("refuses a port that is taken, and says what to do", async () => {
    const first = await start(temporaryFolder());
    const { port } = new URL(first.url);
    await expect(startServer({ dataDir: temporaryFolder(), args: ["--port", port] })).rejects.toThrow(
      new RegExp(`${port}.*taken.*--port`),
    );
    await first.stop();
  });

  it.each(["0.0.0.0", "::", "192.168.1.5", "example.com"])("refuses to listen on %s without accounts", async (host) => {
    await expect(startServer({ dataDir: temporaryFolder(), args: ["--host", host] })).rejects.toThrow(
      /nobody has an account/,
    );
  });

  it("names a bad setting of the configuration file", async () => {
    const dataDir = temporaryFolder();
    writeFileSync(join(dataDir, "outlay.config.json"), JSON.stringify({ retentionDay: 5 }));
    await expect(startServer({ dataDir })).rejects.toThrow(/retentionDay/);
  });

  it("answers in the zone of its configuration", async () => {
    const server = await start(temporaryFolder(), { env: { OUTLAY_TIMEZONE: "Asia/Kathmandu" } });
    const answer = (await (await fetch(`${server.url}/api/v1/query?period=today`)).json()) as {
      query: { period: { start: string; timeZone: string } };
    };
    expect(answer.query.period.timeZone).toBe("Asia/Kathmandu");
    expect(answer.query.period.start).toMatch(/T18:15:00/);
    await server.stop();
  });
});

describe("pages", () => {
  it("of earlier systems lead to the dashboard", async () => {
    const server = await start(temporaryFolder());
    for (const path of ["/dev/unified-ai-costs", "/analytics/cost", "/dashboard/costs", "/admin/cockpit"]) {
      const answer = await fetch(server.url + path, { redirect: "manual" });
      expect(answer.status, path).toBe(302);
      expect(answer.headers.get("location"), path).toMatch(/^\//);
    }
    await server.stop();
  });

  it("are answered with a policy that lets nothing in from elsewhere", async () => {
    const server = await start(temporaryFolder());
    for (const path of ["/", "/analytics", "/some/view", "/api/docs"]) {
      const answer = await fetch(server.url + path);
      expect(answer.headers.get("content-type"), path).toContain("text/html");
      expect(answer.headers.get("content-security-policy"), path).toContain("default-src '");
      expect(await answer.text(), path).toContain("Outlay");
    }
    expect((await fetch(`${server.url}/assets/missing-12345678.js`)).status).toBe(404);
    await server.stop();
  });
});

async function untilDone(reader: { read(): Promise<{ done: boolean }> }): Promise<void> {
  while (!(await reader.read()).done);
}
