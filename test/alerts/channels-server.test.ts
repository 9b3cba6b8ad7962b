import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { Webhook } from "standardwebhooks";
import { expect, it, onTestFinished } from "vitest";
import { startServer, type RunningServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { startHttpReceiver, startSmtpReceiver } from "./receivers.ts";

const main = join(import.meta.dirname, "../../packages/server/src/main.ts");
const eventually = <T>(value: () => T) => expect.poll(value, { timeout: 60_000, interval: 20 });

async function start(
  dataDir: string,
  {
    env = { OUTLAY_ALLOW_INTERNAL_WEBHOOKS: "127.0.0.1" },
    built = false,
  }: { env?: Record<string, string>; built?: boolean } = {},
) {
  const server = await startServer({ dataDir, env, built });
  onTestFinished(async () => {
    try {
      process.kill(server.pid, 0);
    } catch {
      return;
    }
    await server.kill();
  });
  return server;
}

async function ask(server: RunningServer, method: string, path: string, body?: unknown) {
  const answer = await fetch(server.url + path, {
    method,
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, text, json: JSON.parse(text) as Record<string, unknown> };
}

/** The servers have different ports here, and their links lead to them. */
function withoutPort(body: string): string {
  return body.replace(/127\.0\.0\.1:\d+/, "127.0.0.1");
}

it("a message that was given to a killed server is sent by the next one, under the same id", async () => {
  const receiver = await startHttpReceiver();
  // the first server dies while the receiver has its message and has not answered
  receiver.answers.push({ hang: true });
  const dataDir = temporaryFolder();
  const first = await start(dataDir);
  const hook = { name: "hook", kind: "webhook", settings: { url: `${receiver.url}/in` } };
  const made = await ask(first, "POST", "/api/v1/channels", hook);
  expect(made.status).toBe(200);
  // an unpriced model makes a rule out of the box fire
  const event = { provider: "nobody", model: "never-heard-of", usage: { inputTokens: 1_000, outputTokens: 10 } };
  await ask(first, "POST", "/api/v1/events", { events: [event] });
  await eventually(() => receiver.received.length).toBe(1);
  await first.kill();
  const second = await start(dataDir);
  await eventually(() => receiver.received.length).toBe(2);
  const [before, after] = receiver.received;
  expect(after!.headers["webhook-id"]).toBe(before!.headers["webhook-id"]);
  expect(withoutPort(after!.body)).toBe(withoutPort(before!.body));
  const secret = made.json["secret"] as string;
  expect(new Webhook(secret).verify(after!.body, after!.headers as Record<string, string>)).toMatchObject({
    type: "alert.fired",
    data: {
      title: expect.stringContaining("never-heard-of") as string,
      link: expect.stringMatching(/^http:\/\//) as string,
    },
  });
  await eventually(async () => (await ask(second, "GET", "/api/v1/deliveries")).json["deliveries"]).toMatchObject([
    { status: "sent", channelName: "hook", attempts: [{ delivered: true, answer: "200 OK: ok" }] },
  ]);
  expect(await second.stop()).toBe(0);
  expect(receiver.received.length).toBe(2);
});

it("over HTTP, channels are made, tried out, changed and removed, and their secrets never come back", async () => {
  const receiver = await startHttpReceiver();
  const inbox = await startSmtpReceiver();
  // e-mail has a file of its own in the built product
  const server = await start(temporaryFolder(), { built: true });
  const said: string[] = [];
  const tell = async (...request: [method: string, path: string, body?: unknown]) => {
    const answer = await ask(server, ...request);
    said.push(answer.text);
    return answer;
  };
  const url = `${receiver.url}/services/T0/B0/the-secret-of-this-hook`;
  const slack = await tell("POST", "/api/v1/channels", { name: "ops room", kind: "slack", settings: { url } });
  const { id } = slack.json["channel"] as { id: string };
  expect(slack.json).toMatchObject({
    secret: null,
    channel: {
      name: "ops room",
      kind: "slack",
      enabled: true,
      target: `127.0.0.1:${receiver.port}`,
      settings: {},
      lastFour: { url: "hook" },
    },
  });
  const good = await tell("POST", `/api/v1/channels/${id}/test`);
  expect(good.json).toMatchObject({ delivered: true, failure: null, answer: "200 OK: ok" });
  receiver.answers.push({ status: 404, body: "no_service at /services/T0/B0/the-secret-of-this-hook" });
  const bad = await tell("POST", `/api/v1/channels/${id}/test`);
  expect(bad.json).toMatchObject({ delivered: false, failure: "The answer was 404 Not Found: no_service at …" });

  const settings = {
    host: "127.0.0.1",
    port: inbox.port,
    security: "none",
    user: "outlay",
    password: "the-mail-password",
    from: "a@example.com",
    to: ["b@example.com"],
  };
  const mail = await tell("POST", "/api/v1/channels", { name: "mail", kind: "smtp", settings });
  expect(mail.json).toMatchObject({
    channel: { target: "b@example.com", settings: { user: "outlay" }, lastFour: { password: "word" } },
  });
  const { id: mailId } = mail.json["channel"] as { id: string };
  expect(
    (await tell("PATCH", `/api/v1/channels/${mailId}`, { settings: { user: null, password: null } })).json,
  ).toMatchObject({
    channel: { lastFour: {} },
  });
  expect((await tell("POST", `/api/v1/channels/${mailId}/test`)).json).toMatchObject({ delivered: true });
  expect(inbox.received).toMatchObject([{ to: ["b@example.com"] }]);

  expect(
    (await tell("POST", "/api/v1/channels", { name: "x", kind: "slack", settings: { link: url } })).json,
  ).toMatchObject({
    status: 400,
    field: expect.stringMatching(/^settings\.(link|url)$/) as string,
  });
  expect((await tell("PATCH", `/api/v1/channels/${id}`, { enabeld: false })).json).toMatchObject({
    code: "unknown_field",
    field: "enabeld",
  });
  expect((await tell("PATCH", `/api/v1/channels/${id}`, { enabled: false })).json).toMatchObject({
    channel: { enabled: false },
  });
  expect((await tell("POST", `/api/v1/channels/${id}/rotate-secret`)).json).toMatchObject({
    code: "channel_without_signature",
  });
  expect((await tell("GET", "/api/v1/deliveries?status=failed")).json).toMatchObject({
    deliveries: [{ channelName: "ops room" }],
  });
  expect((await tell("GET", "/api/v1/deliveries?status=lost")).status).toBe(400);
  expect((await tell("DELETE", `/api/v1/channels/${id}`)).json).toMatchObject({ channels: [{ name: "mail" }] });
  expect((await tell("POST", `/api/v1/channels/${id}/test`)).json).toMatchObject({
    status: 404,
    code: "channel_not_found",
  });
  await tell("GET", "/api/v1/audit?limit=100");
  const everything = [...said, server.output()].join("\n");
  expect(everything).not.toMatch(/the-secret-of-this-hook|the-mail-password/);
  expect(await server.stop()).toBe(0);
});

it("nothing internal is contacted unless the settings say so, and only administrators may say where alerts go", async () => {
  const receiver = await startHttpReceiver();
  const server = await start(temporaryFolder(), { env: {} });
  const made = await ask(server, "POST", "/api/v1/channels", {
    name: "hook",
    kind: "webhook",
    settings: { url: receiver.url },
  });
  const { id } = made.json["channel"] as { id: string };
  expect((await ask(server, "POST", `/api/v1/channels/${id}/test`)).json).toMatchObject({
    delivered: false,
    failure: "127.0.0.1 is an internal address (loopback); it is not contacted unless allowInternalWebhooks names it",
  });
  expect(receiver.received).toEqual([]);
  const { paths } = (await ask(server, "GET", "/api/openapi.json")).json as {
    paths: Record<string, Record<string, { "x-outlay-access": string }>>;
  };
  const operations = Object.entries(paths)
    .filter(([path]) => /^\/api\/v1\/(channels|deliveries)/.test(path))
    .flatMap(([, methods]) => Object.values(methods));
  expect(operations.length).toBe(8);
  expect(new Set(operations.map((operation) => operation["x-outlay-access"]))).toEqual(new Set(["admin"]));
  await server.stop();
});

it("the command line adds a channel, tries it out and says what the other side answered", async () => {
  const receiver = await startHttpReceiver();
  const at = ["--data", temporaryFolder()];
  const outlay = (args: string[], input = "") => {
    const env = {
      ...process.env,
      OUTLAY_REFRESH_PRICES: "off",
      OUTLAY_ALLOW_INTERNAL_WEBHOOKS: "127.0.0.1",
      ROOM: `${receiver.url}/from-variable`,
    };
    const running = promisify(execFile)(process.execPath, ["--conditions=source", main, ...args, ...at], { env });
    running.child.stdin!.on("error", () => {});
    running.child.stdin!.end(input);
    return running;
  };
  await outlay(["channels", "add", "slack", "ops room", "--from-env", "ROOM"]);
  const hook = await outlay(["channels", "add", "webhook", "hook"], `${receiver.url}/typed-in\n`);
  expect(hook.stdout).toMatch(/^whsec_\S+$/m);
  receiver.answers.push({ status: 200, body: "thanks" }, { status: 403, body: "action_prohibited" });
  expect((await outlay(["channels", "test", "ops room"])).stdout).toBe(
    "It arrived. The other side said: 200 OK: thanks\n",
  );
  await expect(outlay(["channels", "test", "hook"])).rejects.toMatchObject({
    code: 1,
    stderr: "It did not arrive. The answer was 403 Forbidden: action_prohibited\n",
  });
  expect(receiver.received.map(({ path }) => path)).toEqual(["/from-variable", "/typed-in"]);
  const failed = JSON.parse(
    (await outlay(["channels", "deliveries", "--status", "failed", "--json"])).stdout,
  ) as object;
  expect(failed).toMatchObject({ deliveries: [{ channelName: "hook", message: { state: "test" } }] });
});
