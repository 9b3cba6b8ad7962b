import { once } from "node:events";
import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { addressPolicy } from "./address-policy.ts";
import { post } from "./post.ts";
import type { PostOptions } from "./post.ts";
import { requireSuccess } from "./require-success.ts";
import { SendFailed } from "./send-failed.ts";

const now = () => Date.UTC(2026, 10, 22, 12);
const loopback = addressPolicy(["127.0.0.1"]);

async function receiver(listener: RequestListener) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    listener(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}/in?x=1`, requests: () => requests };
}

function standsFor(...addresses: string[]) {
  return async () => addresses.map((address) => ({ address, family: 4 }));
}

async function failure(url: string, options: Partial<PostOptions> = {}): Promise<SendFailed> {
  const all = { policy: loopback, now, headers: {}, body: "{}", ...options };
  try {
    requireSuccess(await post(url, all));
  } catch (error) {
    if (error instanceof SendFailed) return error;
    throw error;
  }
  return expect.fail("it was sent");
}

it("gives back status, words and the wish to be left alone", async () => {
  const { url } = await receiver((_, response) => {
    response.writeHead(429, { "retry-after": "Sun, 22 Nov 2026 12:02:00 GMT" }).end("slow\ndown");
  });
  const answer = await post(url, { policy: loopback, now, headers: { "x-a": "b" }, body: "{}" });
  expect(answer).toEqual({ status: 429, text: "429 Too Many Requests: slow\ndown", retryAfterMs: 120_000 });
});

it.each([
  [500, true],
  [503, true],
  [429, true],
  [408, true],
  [400, false],
  [401, false],
  [404, false],
  [410, false],
])("after %i it is worth another try: %s", async (status, retryable) => {
  const { url } = await receiver((_, response) => response.writeHead(status, { "retry-after": "7" }).end("no"));
  expect(await failure(url)).toMatchObject({
    retryable,
    retryAfterMs: 7_000,
    answer: expect.stringContaining("no") as string,
  });
});

it("does not go where a redirect leads", async () => {
  const target = await receiver((_, response) => response.end("secrets"));
  for (const status of [301, 302, 303, 307, 308]) {
    const { url } = await receiver((_, response) => response.writeHead(status, { location: target.url }).end());
    expect(await failure(url)).toMatchObject({
      retryable: false,
      message: expect.stringContaining("redirect") as string,
    });
  }
  expect(target.requests()).toBe(0);
});

it.each([
  "127.0.0.1",
  "localhost",
  "127.0.0.1.",
  "2130706433",
  "0x7f.1",
  "0177.0.0.1",
  "127.1",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[0:0:0:0:0:ffff:127.0.0.1]",
  "0.0.0.0",
  "[::]",
  "⑫7.⓪.⓪.①",
])("connects to nothing internal: %s", async (host) => {
  const { port, requests } = await receiver((_, response) => response.end("secrets"));
  const refused = await failure(`http://${host}:${port}/`, { policy: addressPolicy(false) });
  expect(refused).toMatchObject({ retryable: false, message: expect.stringContaining("internal address") as string });
  expect(requests()).toBe(0);
});

it("a name that first stands for one address and then for another gets nothing but the first", async () => {
  const { port, requests } = await receiver((_, response) => response.end("secrets"));
  const answers = ["127.0.0.2", "127.0.0.1", "127.0.0.1"];
  let asked = 0;
  const resolve = async () => [{ address: answers[asked++]!, family: 4 }];
  // nobody listens on 127.0.0.2; it stands for the harmless address of the first answer
  const refused = await failure(`http://rebinding.example:${port}/`, { policy: addressPolicy(["127.0.0.2"]), resolve });
  expect(refused.message).toMatch(/could not be reached: connect ECONNREFUSED 127\.0\.0\.2/);
  expect([asked, requests()]).toEqual([1, 0]);
});

it("a name with one forbidden address among good ones is not contacted at all", async () => {
  const { port, requests } = await receiver((_, response) => response.end("secrets"));
  const resolve = standsFor("127.0.0.1", "10.0.0.1");
  expect((await failure(`http://two.example:${port}/`, { resolve })).message).toContain(
    "two.example leads to 10.0.0.1",
  );
  expect(requests()).toBe(0);
});

it.each([["8.8.8.8"], ["127.0.0.1", "8.8.8.8"]])(
  "plain http does not go out into the internet: %s %s",
  async (...addresses) => {
    const resolve = async () => addresses.map((address) => ({ address, family: 4 }));
    expect(await failure("http://hooks.example/", { resolve })).toMatchObject({
      retryable: false,
      message: "http://hooks.example is not encrypted; over the internet use https",
    });
  },
);

it("a dot at the end of a name changes nothing", async () => {
  const refused = await failure("http://localhost.:1/", {
    policy: addressPolicy(false),
    resolve: standsFor("127.0.0.1"),
  });
  expect(refused.message).toContain("localhost. leads to 127.0.0.1, which is an internal address (loopback)");
});

it("gives up on receivers that say nothing, and reads only the beginning of those that say too much", async () => {
  const silent = await receiver(() => {});
  expect(await failure(silent.url, { timeoutMs: 50 })).toMatchObject({
    retryable: true,
    message: `127.0.0.1:${silent.port} did not answer within 0.05 seconds`,
  });
  const endless = await receiver((_, response) => {
    response.write("x".repeat(10_000));
  });
  const answer = await post(endless.url, { policy: loopback, now, headers: {}, body: "{}" });
  expect(answer.text).toBe(`200 OK: ${"x".repeat(2_048)}`);
});

it("takes the status for the answer when the rest is cut off", async () => {
  const { url } = await receiver((_, response) => {
    response.writeHead(200, { "content-length": "100" });
    response.write("partly");
    setImmediate(() => response.destroy());
  });
  expect((await post(url, { policy: loopback, now, headers: {}, body: "{}" })).status).toBe(200);
});

it("says why nobody could be reached", async () => {
  expect((await failure("https://nobody.invalid/")).message).toMatch(
    /^nobody\.invalid could not be reached: getaddrinfo/,
  );
  expect((await failure("https://nobody.invalid/")).retryable).toBe(true);
});
