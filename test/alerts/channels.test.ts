import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import type { AlertMessage } from "../../packages/server/src/alerts/alert-message.ts";
import { openTestChannels } from "./open-channels.ts";
import { certificate, startHttpReceiver, startSmtpReceiver } from "./receivers.ts";
import { SAMPLE_MESSAGES } from "./sample-messages.ts";

const sample = SAMPLE_MESSAGES["budget-warning"]!;
const eventually = <T>(value: () => T) => expect.poll(value, { timeout: 20_000, interval: 10 });

function numbered(count: number, changes: Partial<AlertMessage> = {}): AlertMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    ...sample,
    id: `message-${index}`,
    alertId: `alert-${index}`,
    title: `Alert number ${index}`,
    ...changes,
  }));
}

describe("kinds of channels, each to a real receiver", () => {
  it("Slack, Discord and Teams get the bodies of their kind", async () => {
    const receiver = await startHttpReceiver();
    const { channels, book } = await openTestChannels();
    for (const kind of ["slack", "discord", "teams"]) {
      await book.create({ name: kind, kind, settings: { url: `${receiver.url}/${kind}/secret-path` } }, "test");
    }
    channels.start();
    const results = await channels.send(sample, null);
    expect(results).toMatchObject([
      { channelName: "slack", delivered: false, attempts: 0, failure: null },
      { channelName: "discord", delivered: false, attempts: 0 },
      { channelName: "teams", delivered: false, attempts: 0 },
    ]);
    await eventually(() => receiver.received.length).toBe(3);
    const bodies = Object.fromEntries(receiver.received.map(({ path, json }) => [path.split("/")[1], json]));
    expect(bodies["slack"]).toMatchObject({
      text: expect.stringMatching(/^Warning: Budget Shop is at 74 %\n\$371\.20 of/) as string,
      blocks: [{ type: "header" }, { type: "rich_text" }, { type: "rich_text" }, { type: "rich_text" }],
    });
    expect(bodies["discord"]).toMatchObject({
      allowed_mentions: { parse: [] },
      embeds: [{ title: expect.stringContaining("Budget Shop is at 74 %") as string, fields: { length: 4 } }],
    });
    expect(bodies["teams"]).toMatchObject({
      type: "message",
      attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", content: { type: "AdaptiveCard" } }],
    });
    for (const body of Object.values(bodies)) {
      const text = JSON.stringify(body);
      expect(text).toContain("https://costs.example.com/limits/0198c0de-0001");
      expect(text).toContain("371.20");
      expect(text).toContain("outlay alerts silence");
    }
  });

  it("Resend gets key, recipients and one idempotency key for all attempts", async () => {
    const receiver = await startHttpReceiver();
    receiver.answers.push({ status: 500, body: "try later" });
    const { channels, book } = await openTestChannels();
    const settings = {
      apiKey: "re_123456789_abcdef",
      from: "Outlay <outlay@example.com>",
      to: ["ann@example.com", "bob@example.com"],
      baseUrl: receiver.url,
    };
    await book.create({ name: "mail", kind: "resend", settings }, "test");
    channels.start();
    await channels.send(sample, null);
    await eventually(() => receiver.received.length).toBe(2);
    const [first, second] = receiver.received;
    expect(first).toMatchObject({
      path: "/emails",
      headers: { authorization: "Bearer re_123456789_abcdef", "content-type": "application/json" },
      json: {
        from: settings.from,
        to: settings.to,
        subject: "[Outlay] Warning: Budget Shop is at 74 %",
        html: expect.stringContaining("$371.20 of $500.00") as string,
        text: expect.stringContaining("$371.20 of $500.00") as string,
      },
    });
    expect(second!.headers["idempotency-key"]).toBe(first!.headers["idempotency-key"]);
    expect(second!.body).toBe(first!.body);
  });

  it("a mail server gets one e-mail for all recipients, with text and HTML, over TLS and after signing in", async () => {
    setDefaultCACertificates([...getCACertificates("bundled"), certificate]);
    const inbox = await startSmtpReceiver({
      authOptional: false,
      onAuth({ username, password }, _, callback) {
        if (username === "outlay" && password === "correct horse") callback(null, { user: username });
        else callback(new Error("Invalid username or password"));
      },
    });
    const secure = await startSmtpReceiver({ secure: true });
    const { channels, book } = await openTestChannels();
    const settings = {
      host: "127.0.0.1",
      from: "Outlay <outlay@example.com>",
      to: ["ann@example.com", "Bob <bob@example.com>"],
    };
    const withUser = { ...settings, port: inbox.port, user: "outlay", password: "correct horse" };
    await book.create({ name: "starttls", kind: "smtp", settings: withUser }, "test");
    await book.create(
      { name: "tls", kind: "smtp", settings: { ...settings, port: secure.port, security: "tls" } },
      "test",
    );
    channels.start();
    await channels.send(sample, null);
    await eventually(() => [inbox.received.length, secure.received.length]).toEqual([1, 1]);
    expect(secure.received[0]).toMatchObject({ secure: true, user: undefined });
    const mail = inbox.received[0]!;
    expect(mail).toMatchObject({
      from: "outlay@example.com",
      to: ["ann@example.com", "bob@example.com"],
      secure: true,
      user: "outlay",
    });
    expect(mail.raw).toMatch(/^Subject: \[Outlay\] Warning: Budget Shop is at 74 %\r$/m);
    expect(mail.raw).toMatch(/^Auto-Submitted: auto-generated\r$/im);
    expect(mail.raw).toMatch(/^Content-Type: multipart\/alternative/m);
    expect(mail.raw).toMatch(/^References: <[0-9a-f]{32}@outlay>\r$/m);
    expect(mail.raw).not.toMatch(/<img|https?:\/\/(?!costs\.example\.com)[a-z]/i);
    await eventually(async () =>
      (await channels.deliveries({ limit: 9, status: "sent" })).map(({ attempts }) => attempts[0]!.answer),
    ).toEqual([expect.stringMatching(/^250 /) as string, expect.stringMatching(/^250 /) as string]);
  });

  it("a mail server without TLS, with a certificate of nobody, or with another password gets nothing", async () => {
    setDefaultCACertificates(getCACertificates("bundled"));
    const plain = await startSmtpReceiver({ disabledCommands: ["STARTTLS"] });
    const wrong = await startSmtpReceiver({
      authOptional: false,
      onAuth: (_, __, callback) => callback(Object.assign(new Error("5.7.8 no"), { responseCode: 535 })),
    });
    const { channels, book } = await openTestChannels();
    const settings = { host: "127.0.0.1", from: "outlay@example.com", to: ["ann@example.com"] };
    const test = async (name: string, more: object) => {
      const { channel } = await book.create({ name, kind: "smtp", settings: { ...settings, ...more } }, "test");
      return channels.test(channel.id);
    };
    const noTls = await test("no tls", { port: plain.port });
    expect(noTls).toMatchObject({ delivered: false, failure: expect.stringMatching(/STARTTLS/) as string });
    const signIn = { port: wrong.port, user: "u", password: "the-wrong-password" };
    const unknown = await test("unknown", signIn);
    expect(unknown).toMatchObject({ delivered: false, failure: expect.stringMatching(/self-signed/) as string });
    setDefaultCACertificates([...getCACertificates("bundled"), certificate]);
    const mistaken = await test("mistaken", signIn);
    expect(mistaken).toMatchObject({ delivered: false, answer: "535 5.7.8 no" });
    expect(JSON.stringify([unknown, mistaken])).not.toContain("the-wrong-password");
    const asked = await test("asked for it", { port: plain.port, security: "none" });
    expect(asked).toMatchObject({ delivered: true, answer: expect.stringMatching(/^250 /) as string });
    expect([plain.received.length, wrong.received.length]).toEqual([1, 0]);
  });

  it("a mail server that takes an e-mail only for some is said to, and one that says later is asked again", async () => {
    let isLater = true;
    const inbox = await startSmtpReceiver({
      onRcptTo({ address }, _, callback) {
        if (isLater) callback(Object.assign(new Error("greylisted"), { responseCode: 450 }));
        else if (address === "bob@example.com")
          callback(Object.assign(new Error("no such user"), { responseCode: 550 }));
        else callback();
        isLater = false;
      },
    });
    const { channels, book } = await openTestChannels();
    const to = ["ann@example.com"];
    const settings = { host: "127.0.0.1", port: inbox.port, security: "none", from: "outlay@example.com", to };
    const { channel } = await book.create({ name: "mail", kind: "smtp", settings }, "test");
    channels.start();
    await channels.send(sample, null);
    await eventually(async () => (await channels.deliveries({ limit: 1 }))[0]!.status).toBe("sent");
    const [delivery] = await channels.deliveries({ limit: 1 });
    expect(delivery!.attempts).toMatchObject([
      { delivered: false, answer: "450 greylisted" },
      { delivered: true, answer: expect.stringMatching(/^250 /) as string },
    ]);
    await book.change(channel.id, { settings: { to: [...to, "bob@example.com"] } }, "test");
    const partly = await channels.test(channel.id);
    expect(partly).toMatchObject({
      delivered: true,
      answer: expect.stringContaining("not for bob@example.com: 550 no such user") as string,
    });
    await book.change(channel.id, { settings: { to: ["bob@example.com"] } }, "test");
    expect(await channels.test(channel.id)).toMatchObject({ delivered: false, answer: "550 no such user" });
    expect(inbox.received.length).toBe(2);
  });

  it("a webhook's signature is what the library of Standard Webhooks expects, also while the secret changes", async () => {
    const receiver = await startHttpReceiver();
    const { channels, book } = await openTestChannels();
    const made = await book.create(
      { name: "hook", kind: "webhook", settings: { url: `${receiver.url}/hook` } },
      "test",
    );
    expect(made.madeSecret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(JSON.stringify(book.list())).not.toContain(made.madeSecret);
    channels.start();
    await channels.send(sample, null);
    await eventually(() => receiver.received.length).toBe(1);
    const [first] = receiver.received;
    const verify = (secret: string, { body, headers }: typeof first & object) =>
      new Webhook(secret).verify(body, headers as Record<string, string>);
    expect(verify(made.madeSecret!, first!)).toEqual({
      type: "alert.fired",
      timestamp: "2026-11-22T14:06:00.000Z",
      data: {
        id: sample.id,
        alertId: sample.alertId,
        kind: "limitThreshold",
        severity: "warning",
        state: "fired",
        title: sample.title,
        summary: sample.summary,
        facts: sample.facts,
        link: "https://costs.example.com/limits/0198c0de-0001",
        at: "2026-11-22T14:06:00.000Z",
      },
    });
    const turned = await book.rotateSecret(made.channel.id, "test");
    await channels.test(made.channel.id);
    const second = receiver.received[1]!;
    expect(second.headers["webhook-id"]).not.toBe(first!.headers["webhook-id"]);
    for (const secret of [made.madeSecret!, turned.madeSecret])
      expect(verify(secret, second)).toMatchObject({ type: "alert.test" });
    expect(() => verify(`whsec_${Buffer.alloc(32, 1).toString("base64")}`, second)).toThrow(/signature/i);
    expect(() => verify(turned.madeSecret, { ...second, body: second.body.replace("test", "fired") })).toThrow(
      /signature/i,
    );
  });

  it("https is believed only with a certificate that somebody vouches for", async () => {
    setDefaultCACertificates(getCACertificates("bundled"));
    const receiver = await startHttpReceiver({ tls: true });
    const { channels, book } = await openTestChannels();
    const { channel } = await book.create({ name: "hook", kind: "webhook", settings: { url: receiver.url } }, "test");
    expect(await channels.test(channel.id)).toMatchObject({
      delivered: false,
      failure: expect.stringContaining("self-signed certificate") as string,
    });
    setDefaultCACertificates([...getCACertificates("bundled"), certificate]);
    expect(await channels.test(channel.id)).toMatchObject({ delivered: true, answer: "200 OK: ok" });
  });
});

describe("the outbox", () => {
  it("tries again, with the same id, until it is taken", async () => {
    const receiver = await startHttpReceiver();
    receiver.answers.push({ status: 503 }, { status: 429, headers: { "retry-after": "0" } }, { status: 500 });
    const { channels, book } = await openTestChannels();
    await book.create({ name: "hook", kind: "webhook", settings: { url: receiver.url } }, "test");
    channels.start();
    await channels.send(sample, null);
    await eventually(async () => (await channels.deliveries({ limit: 9 }))[0]!.status).toBe("sent");
    const ids = new Set(receiver.received.map(({ headers }) => headers["webhook-id"]));
    expect([receiver.received.length, ids.size]).toEqual([4, 1]);
    const [delivery] = await channels.deliveries({ limit: 9 });
    expect(delivery!.attempts.map(({ delivered, failure }) => [delivered, failure])).toEqual([
      [false, "The answer was 503 Service Unavailable: ok"],
      [false, "The answer was 429 Too Many Requests: ok"],
      [false, "The answer was 500 Internal Server Error: ok"],
      [true, null],
    ]);
  });

  it("gives up after the last attempt, at once where trying again is useless, and again when somebody says so", async () => {
    const receiver = await startHttpReceiver();
    receiver.answers.push(...Array.from({ length: 4 }, () => ({ status: 500 })));
    const { channels, book } = await openTestChannels();
    await book.create({ name: "hook", kind: "webhook", settings: { url: receiver.url } }, "test");
    channels.start();
    const [first] = await channels.send(sample, null);
    await eventually(async () => (await channels.deliveries({ limit: 9, status: "failed" })).length).toBe(1);
    expect(receiver.received.length).toBe(4);
    receiver.answers.push({ status: 410, body: "gone for good" });
    const [second] = await channels.send({ ...sample, id: "another" }, null);
    await eventually(async () => (await channels.deliveries({ limit: 9, status: "failed" })).length).toBe(2);
    expect(receiver.received.length).toBe(5);
    await channels.retry(first!.deliveryId);
    await eventually(async () => (await channels.deliveries({ limit: 9, status: "sent" })).map(({ id }) => id)).toEqual(
      [first!.deliveryId],
    );
    await expect(channels.retry(first!.deliveryId)).rejects.toMatchObject({ code: "delivery_not_open", status: 409 });
    await expect(channels.retry("nothing")).rejects.toMatchObject({ code: "delivery_not_found", status: 404 });
    expect((await channels.deliveries({ limit: 9, status: "failed" })).map(({ id }) => id)).toEqual([
      second!.deliveryId,
    ]);
    const ids = receiver.received.map(({ headers }) => headers["webhook-id"]);
    expect(ids[5]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(2);
  });

  it("sends what another process has left, once", async () => {
    const receiver = await startHttpReceiver();
    const before = await openTestChannels();
    await before.book.create({ name: "hook", kind: "webhook", settings: { url: receiver.url } }, "test");
    const messages = numbered(20);
    for (const message of messages) await before.channels.send(message, null);
    await before.close();
    expect(receiver.received).toEqual([]);
    const after = await openTestChannels({ dataDir: before.dataDir });
    after.channels.start();
    await eventually(() => receiver.received.length).toBe(20);
    await eventually(async () => (await after.channels.deliveries({ limit: 99, status: "sent" })).length).toBe(20);
    // a message that comes again is the one that was sent
    const again = await after.channels.send(messages[3]!, null);
    expect(again).toMatchObject([{ delivered: true, attempts: 1 }]);
    await after.close();
    const last = await openTestChannels({ dataDir: before.dataDir });
    last.channels.start();
    await last.channels.send(messages[4]!, null);
    expect(await last.channels.deliveries({ limit: 99, status: "waiting" })).toEqual([]);
    const titles = receiver.received.map(({ json }) => (json["data"] as { title: string }).title);
    expect(titles.toSorted()).toEqual(messages.map(({ title }) => title).toSorted());
  });

  it("puts a burst together into one message, most urgent first, and each attempt of it is the same", async () => {
    const receiver = await startHttpReceiver();
    receiver.answers.push({ status: 500 });
    const { channels, book } = await openTestChannels();
    await book.create({ name: "room", kind: "slack", settings: { url: receiver.url } }, "test");
    const messages = numbered(30);
    messages[17] = { ...messages[17]!, severity: "emergency" };
    for (const message of messages) await channels.send(message, null);
    channels.start();
    await eventually(async () => (await channels.deliveries({ limit: 99, status: "sent" })).length).toBe(30);
    expect(receiver.received.length).toBe(2);
    expect(receiver.received[0]!.body).toBe(receiver.received[1]!.body);
    expect(receiver.received[0]!.json["text"]).toBe("30 alerts. Emergency: Alert number 17");
    expect(receiver.received[0]!.body).toContain("and 10 more");
    const sentAs = new Set((await channels.deliveries({ limit: 99 })).map((delivery) => delivery.sentAs));
    expect(sentAs.size).toBe(1);
  });

  it("sends no more a minute than its owner wants", async () => {
    const receiver = await startHttpReceiver();
    let nowMs = Date.UTC(2026, 10, 22, 12);
    const { channels, book } = await openTestChannels({ now: () => nowMs });
    await book.create({ name: "hook", kind: "webhook", maxPerMinute: 2, settings: { url: receiver.url } }, "test");
    channels.start();
    for (const message of numbered(3)) await channels.send(message, null);
    await eventually(() => receiver.received.length).toBe(2);
    await eventually(async () => (await channels.deliveries({ limit: 9, status: "sent" })).length).toBe(2);
    nowMs += 60_000;
    // the next message sets the clock anew
    await channels.send({ ...sample, id: "later" }, null);
    await eventually(() => receiver.received.length).toBe(4);
  });

  it("goes on with one channel while another hangs", async () => {
    const hanging = await startHttpReceiver();
    hanging.answers.push({ hang: true });
    const good = await startHttpReceiver();
    const { channels, book } = await openTestChannels();
    await book.create({ name: "hanging", kind: "webhook", settings: { url: hanging.url } }, "test");
    await book.create({ name: "good", kind: "webhook", settings: { url: good.url } }, "test");
    channels.start();
    for (const message of numbered(3)) await channels.send(message, null);
    await eventually(() => good.received.length).toBe(3);
    expect(hanging.received.length).toBe(1);
    await hanging.close();
  });

  it("ends while a receiver says nothing, and what it was given goes out again, as if it had not been tried", async () => {
    const receiver = await startHttpReceiver();
    receiver.answers.push({ hang: true });
    const before = await openTestChannels();
    await before.book.create({ name: "hook", kind: "webhook", settings: { url: receiver.url } }, "test");
    before.channels.start();
    await before.channels.send(sample, null);
    await eventually(() => receiver.received.length).toBe(1);
    await before.close();
    const after = await openTestChannels({ dataDir: before.dataDir });
    expect(await after.channels.deliveries({ limit: 9 })).toMatchObject([{ status: "waiting", attempts: [] }]);
    after.channels.start();
    await eventually(async () => (await after.channels.deliveries({ limit: 9 }))[0]!.status).toBe("sent");
    expect(before.failures).toEqual([]);
  });

  it("sends only to the channels that were named, and to none that is switched off or removed", async () => {
    const receiver = await startHttpReceiver();
    const { channels, book } = await openTestChannels();
    const ids: string[] = [];
    for (const name of ["one", "two", "three"]) {
      const { channel } = await book.create(
        { name, kind: "webhook", settings: { url: `${receiver.url}/${name}` } },
        "test",
      );
      ids.push(channel.id);
    }
    await book.change(ids[1]!, { enabled: false }, "test");
    const named = await channels.send(sample, [ids[0]!, ids[1]!, "gone"]);
    expect(named.map(({ channelName }) => channelName)).toEqual(["one"]);
    await book.remove(ids[0]!, "test");
    channels.start();
    await eventually(async () => (await channels.deliveries({ limit: 9 }))[0]!.status).toBe("failed");
    const [delivery] = await channels.deliveries({ limit: 9, channelId: ids[0]!, alertId: sample.alertId });
    expect(delivery!.attempts[0]!.failure).toBe("The channel was removed or switched off");
    expect(receiver.received).toEqual([]);
  });
});

describe("secrets", () => {
  const password = "a-password-that-nobody-may-see";
  const token = "T0SECRET/B0SECRET/xyzzy-plugh-hook-token";

  it("are in no list, history, audit trail or file, and the other side cannot make us show them", async () => {
    const receiver = await startHttpReceiver();
    const { channels, book, storage, dataDir, close, failures } = await openTestChannels();
    const url = `${receiver.url}/services/${token}?key=query-secret-123`;
    const { channel } = await book.create({ name: "room", kind: "slack", settings: { url } }, "test");
    const mail = { host: "127.0.0.1", port: 1, user: "u", password, from: "a@example.com", to: ["b@example.com"] };
    const { channel: second } = await book.create({ name: "mail", kind: "smtp", settings: mail }, "test");
    expect(channel).toMatchObject({ lastFour: { url: "-123" }, settings: {}, readable: true });
    expect(second).toMatchObject({ lastFour: { password: "-see" }, settings: { user: "u", host: "127.0.0.1" } });
    receiver.answers.push({
      status: 400,
      body: `no such hook ${url} ${token} ${encodeURIComponent(token)} ${Buffer.from(url).toString("base64")} query-secret-123`,
    });
    const result = await channels.test(channel.id);
    expect(result).toMatchObject({
      delivered: false,
      failure: expect.stringMatching(/^The answer was 400 .*no such hook …/) as string,
    });
    await channels.test(second.id);
    await book.change(channel.id, { name: "another room" }, "test");
    const said = JSON.stringify([
      book.list(),
      result,
      await channels.deliveries({ limit: 99 }),
      await storage.listAudit({ limit: 99 }),
      failures.map(String),
    ]);
    await close();
    const files = readdirSync(dataDir).map((name) => readFileSync(join(dataDir, name), "latin1"));
    for (const text of [said, ...files]) {
      for (const secret of [password, token, "xyzzy-plugh-hook-token", "query-secret-123"])
        expect(text).not.toContain(secret);
    }
    expect(said).toContain("channel_changed");
  });

  it("survive being opened again, and a changed setting leaves them", async () => {
    const receiver = await startHttpReceiver();
    const before = await openTestChannels();
    const { channel, madeSecret } = await before.book.create(
      { name: "hook", kind: "webhook", settings: { url: `${receiver.url}/${token}` } },
      "test",
    );
    await before.close();
    const after = await openTestChannels({ dataDir: before.dataDir });
    await after.book.change(channel.id, { maxPerMinute: 7 }, "test");
    expect(await after.channels.test(channel.id)).toMatchObject({ delivered: true });
    const [{ path, body, headers }] = receiver.received as [(typeof receiver.received)[number]];
    expect(path).toBe(`/${token}`);
    new Webhook(madeSecret!).verify(body, headers as Record<string, string>);
  });

  it("that cannot be opened any more are said to be so, and nothing is sent", async () => {
    const receiver = await startHttpReceiver();
    const before = await openTestChannels();
    const { channel } = await before.book.create(
      { name: "room", kind: "slack", settings: { url: receiver.url } },
      "test",
    );
    await before.close();
    const after = await openTestChannels({
      dataDir: before.dataDir,
      secret: { find: async () => null, make: async () => expect.fail("not needed") },
    });
    expect(after.failures).toEqual([
      expect.stringContaining('the secrets of the alert channel "room" cannot be opened') as string,
    ]);
    expect(after.book.list()).toMatchObject([{ readable: false }]);
    expect(await after.channels.test(channel.id)).toMatchObject({
      delivered: false,
      failure: expect.stringContaining("enter them again") as string,
    });
    expect(receiver.received).toEqual([]);
  });
});

describe("what a channel may be", () => {
  const url = "https://hooks.example.com/a";

  it("has a name of its own, and changes only what is named", async () => {
    const { book } = await openTestChannels();
    const { channel } = await book.create({ name: "a", kind: "slack", settings: { url } }, "test");
    await book.create({ name: "b", kind: "slack", settings: { url } }, "test");
    await expect(book.create({ name: "a", kind: "slack", settings: { url } }, "test")).rejects.toMatchObject({
      status: 409,
    });
    await expect(book.change(channel.id, { name: "b" }, "test")).rejects.toMatchObject({ code: "channel_name_taken" });
    await expect(book.change(channel.id, { kind: "teams" }, "test")).rejects.toMatchObject({ code: "unknown_field" });
    await expect(book.change("nobody", { name: "c" }, "test")).rejects.toMatchObject({
      code: "channel_not_found",
      status: 404,
    });
    await expect(book.rotateSecret(channel.id, "test")).rejects.toMatchObject({ code: "channel_without_signature" });
    expect(await book.change(channel.id, { enabled: false }, "test")).toMatchObject({
      name: "a",
      enabled: false,
      readable: true,
    });
  });
});
