import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import {
  PASSWORD,
  invitePerson,
  outlay,
  startAccountServer,
  startWithAdministrator,
  type WirePerson,
} from "./account-server.ts";
import { visitor } from "./visitor.ts";

interface State {
  state: string;
  person: WirePerson | null;
  setUp: { allowed: boolean; needsCode: boolean };
}

const SESSION = "outlay.session_token";

describe("without accounts", () => {
  it("everything is open on this machine, and says so", async () => {
    const server = await startAccountServer();
    const anybody = server.visitor();
    const { json } = await anybody.ask<State>("GET", "/api/v1/account");
    expect(json).toMatchObject({ state: "open", person: null, setUp: { allowed: true, needsCode: false } });
    expect((await anybody.ask("GET", "/api/v1/summary")).status).toBe(200);
    expect((await anybody.ask("POST", "/api/v1/account/sign-in", { email: "a@b.c", password: "x" })).json.code).toBe(
      "sign_in_failed",
    );
    expect(readdirSync(server.dataDir)).not.toContain("accounts.sqlite");
  });

  it("it does not listen where others reach it, and names the command", async () => {
    for (const args of [
      ["--host", "0.0.0.0"],
      ["--public-url", "https://costs.example.com"],
    ]) {
      const refusal = startServer({ dataDir: temporaryFolder(), built: true, args });
      await expect(refusal).rejects.toThrow(/nobody has an account yet.*outlay admin create/);
    }
  });
});

describe("set-up", () => {
  it("makes the first administrator once, and from then on everybody has to sign in", async () => {
    const { server, ada } = await startWithAdministrator();
    const { json } = await ada.ask<State>("GET", "/api/v1/account");
    expect(json).toMatchObject({
      state: "signed_in",
      person: { email: "ada@example.com", role: "administrator", user: "ada@example.com" },
    });
    expect((await ada.ask("GET", "/api/v1/summary")).status).toBe(200);

    const stranger = server.visitor();
    expect((await stranger.ask<State>("GET", "/api/v1/account")).json).toMatchObject({
      state: "sign_in",
      person: null,
    });
    expect(await stranger.ask("GET", "/api/v1/summary")).toMatchObject({
      status: 401,
      json: { code: "sign_in_required" },
    });
    const again = { name: "Eve", email: "eve@example.com", password: PASSWORD };
    expect(await stranger.ask("POST", "/api/v1/account/set-up", again)).toMatchObject({
      status: 409,
      json: { code: "already_set_up" },
    });
  });

  it("of two at the same time makes one", async () => {
    const server = await startAccountServer();
    const tries = ["eve", "mallory", "trent"].map((name) =>
      server
        .visitor()
        .ask("POST", "/api/v1/account/set-up", { name, email: `${name}@example.com`, password: PASSWORD }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 409, 409]);
  });

  it("needs the code of the terminal where others reach the server", async () => {
    const server = await startAccountServer({ args: ["--host", "0.0.0.0", "--setup"] });
    const url = server.url.replace("0.0.0.0", "127.0.0.1");
    const code = /with the code (\S+)/.exec(server.output())?.[1];
    expect(code).toMatch(/^\w{4}-\w{4}-\w{4}$/);
    const eve = visitor(url);
    expect((await eve.ask<State>("GET", "/api/v1/account")).json).toMatchObject({
      state: "set_up",
      setUp: { allowed: true, needsCode: true },
    });
    for (const path of ["/api/v1/summary", "/api/v1/people", "/api/v1/events"]) {
      expect((await eve.ask("GET", path)).status).toBe(401);
    }
    const wanted = { name: "Eve", email: "eve@example.com", password: PASSWORD };
    for (const guess of [undefined, "AAAA-AAAA-AAAA"]) {
      expect(await eve.ask("POST", "/api/v1/account/set-up", { ...wanted, code: guess })).toMatchObject({
        status: 403,
        json: { code: "wrong_set_up_code" },
      });
    }
    const ada = visitor(url);
    const typed = code!.toLowerCase().replaceAll("-", " ");
    expect((await ada.ask("POST", "/api/v1/account/set-up", { ...wanted, code: typed })).status).toBe(200);
    expect((await ada.ask("GET", "/api/v1/summary")).status).toBe(200);
  });

  it("refuses short passwords and what is no address", async () => {
    const somebody = (await startAccountServer()).visitor();
    const wanted = { name: "Ada", email: "ada@example.com", password: PASSWORD };
    for (const [field, value] of [
      ["password", "elevenchars"],
      ["password", "x".repeat(129)],
      ["email", "ada"],
      ["name", " "],
    ] as const) {
      expect(await somebody.ask("POST", "/api/v1/account/set-up", { ...wanted, [field]: value })).toMatchObject({
        status: 400,
        json: { code: "invalid_body", field },
      });
    }
  });
});

describe("a session", () => {
  it("is a cookie that no script and no other site gets, and that the server keeps over a restart", async () => {
    const { server, ada } = await startWithAdministrator();
    expect([...ada.cookies.keys()]).toEqual([SESSION]);
    const line = ada.lines.get(SESSION)!;
    expect(line).toMatch(/; *HttpOnly/i);
    expect(line).toMatch(/; *SameSite=Lax/i);
    expect(line).toMatch(/; *Path=\/(;|$)/i);
    expect(line).not.toMatch(/secure/i);
    await server.stop();

    const next = await startServer({ dataDir: server.dataDir, built: true });
    try {
      const same = visitor(next.url);
      for (const [name, value] of ada.cookies) same.cookies.set(name, value);
      expect((await same.ask("GET", "/api/v1/summary")).status).toBe(200);
    } finally {
      await next.kill();
    }
    const file = join(server.dataDir, "accounts.sqlite");
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(readFileSync(file, "latin1")).not.toContain(PASSWORD);
  });

  it("that somebody changed is none", async () => {
    const { server, ada } = await startWithAdministrator();
    const [token = "", signature] = decodeURIComponent(ada.cookies.get(SESSION)!).split(".");
    const forged = [`${token}.${"A".repeat(signature!.length)}`, token, "", `${token}x.${signature}`];
    for (const value of forged) {
      const eve = server.visitor();
      eve.cookies.set(SESSION, encodeURIComponent(value));
      expect((await eve.ask("GET", "/api/v1/summary")).status).toBe(401);
    }
  });

  it("begins anew with each sign-in, and ends with sign-out", async () => {
    const { server, ada } = await startWithAdministrator();
    const before = ada.cookies.get(SESSION)!;
    const here = { email: "ada@example.com", password: PASSWORD };
    expect((await ada.ask("POST", "/api/v1/account/sign-in", here)).status).toBe(200);
    expect(ada.cookies.get(SESSION)).not.toBe(before);
    const { json } = await ada.ask<{ sessions: { id: string; current: boolean }[] }>("GET", "/api/v1/account/sessions");
    expect(json.sessions.map(({ current }) => current)).toEqual([true, false]);

    const kept = ada.cookies.get(SESSION)!;
    expect((await ada.ask("POST", "/api/v1/account/sign-out")).status).toBe(200);
    expect(ada.cookies.size).toBe(0);
    ada.cookies.set(SESSION, kept);
    expect((await ada.ask("GET", "/api/v1/summary")).status).toBe(401);
    const other = server.visitor();
    other.cookies.set(SESSION, before);
    expect((await other.ask("GET", "/api/v1/summary")).status).toBe(200);
  });

  it("ends everywhere when its owner says so, changes the password, or is disabled", async () => {
    const { server, ada } = await startWithAdministrator();
    const signIn = async (password = PASSWORD) => {
      const somewhere = server.visitor();
      const { status } = await somewhere.ask("POST", "/api/v1/account/sign-in", {
        email: "grace@example.com",
        password,
      });
      return { somewhere, status };
    };
    const { visitor: grace, person } = await invitePerson(server, ada, { email: "grace@example.com" });
    const isIn = async (who: typeof grace) => (await who.ask("GET", "/api/v1/account/sessions")).status === 200;

    const { somewhere: phone } = await signIn();
    expect(await isIn(phone)).toBe(true);
    await grace.ask("POST", "/api/v1/account/sign-out-everywhere");
    expect([await isIn(grace), await isIn(phone)]).toEqual([false, false]);

    const { somewhere: desk } = await signIn();
    const { somewhere: tablet } = await signIn();
    const change = { currentPassword: PASSWORD, newPassword: `${PASSWORD} 2` };
    expect(
      (await desk.ask("POST", "/api/v1/account/password", { ...change, currentPassword: "wrong" })).json.code,
    ).toBe("wrong_password");
    expect((await desk.ask("POST", "/api/v1/account/password", change)).status).toBe(200);
    expect([await isIn(desk), await isIn(tablet)]).toEqual([true, false]);
    expect((await signIn()).status).toBe(401);

    await ada.ask("PATCH", `/api/v1/people/${person.id}`, { disabled: true });
    expect(await isIn(desk)).toBe(false);
    expect((await signIn(change.newPassword)).status).toBe(401);
    await ada.ask("PATCH", `/api/v1/people/${person.id}`, { disabled: false });
    expect(await isIn(desk)).toBe(false);
    expect((await signIn(change.newPassword)).status).toBe(200);
  });
});

describe("guessing", () => {
  it("learns nothing about who has an account, and is stopped with 429 also over a restart", async () => {
    const { server } = await startWithAdministrator();
    const eve = server.visitor();
    const guess = (email: string, password = "not the password") =>
      eve.ask("POST", "/api/v1/account/sign-in", { email, password });
    const [known, unknown] = [await guess("ada@example.com"), await guess("nobody@example.com")];
    expect(known.status).toBe(401);
    expect({ ...known.json, requestId: "" }).toEqual({ ...unknown.json, requestId: "" });

    const many = await Promise.all(Array.from({ length: 12 }, () => guess("ada@example.com")));
    const statuses = many.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(7);
    const refused = many.find(({ status }) => status === 429)!;
    expect(refused.json.code).toBe("too_many_sign_ins");
    const waitSeconds = Number(refused.headers.get("retry-after"));
    expect(waitSeconds).toBeGreaterThan(60);
    expect(waitSeconds).toBeLessThanOrEqual(900);
    expect((await guess("ada@example.com", PASSWORD)).status).toBe(429);
    await server.kill();

    const next = await startServer({ dataDir: server.dataDir, built: true });
    try {
      const again = visitor(next.url);
      const right = { email: "Ada@example.com ", password: PASSWORD };
      expect((await again.ask("POST", "/api/v1/account/sign-in", right)).status).toBe(429);
      const other = { email: "nobody@example.com", password: PASSWORD };
      expect((await again.ask("POST", "/api/v1/account/sign-in", other)).status).toBe(401);
    } finally {
      await next.kill();
    }
  });
});

describe("on the command line", () => {
  it("makes administrators and new passwords, beside a running server and without one", async () => {
    const dataDir = temporaryFolder();
    const data = ["--data", dataDir];
    await outlay(["admin", "create", "ada@example.com", "--name", "Ada", ...data], { input: `${PASSWORD}\n` });
    const server = await startAccountServer({ dataDir });
    const ada = server.visitor();
    const signIn = (password: string) =>
      ada.ask("POST", "/api/v1/account/sign-in", { email: "ada@example.com", password });
    expect((await signIn(PASSWORD)).status).toBe(200);

    await outlay(["admin", "create", "grace@example.com", ...data], { env: { PW: PASSWORD }, input: PASSWORD });
    await outlay(["admin", "reset-password", "ADA@example.com", "--from-env", "PW", ...data], {
      env: { PW: `${PASSWORD} 2` },
    });
    expect((await ada.ask("GET", "/api/v1/summary")).status).toBe(401);
    expect((await signIn(PASSWORD)).status).toBe(401);
    expect((await signIn(`${PASSWORD} 2`)).status).toBe(200);

    const { stdout } = await outlay(["admin", "list", "--json", ...data]);
    const { people } = JSON.parse(stdout) as { people: WirePerson[] };
    expect(people.map(({ email, role }) => [email, role])).toEqual([
      ["ada@example.com", "administrator"],
      ["grace@example.com", "administrator"],
    ]);
    await expect(outlay(["admin", "create", "eve@example.com", ...data], { input: "short" })).rejects.toThrow(
      /12 characters/,
    );
    await expect(outlay(["admin", "reset-password", "eve@example.com", ...data])).rejects.toThrow(
      /Nobody has an account/,
    );
  });
});
