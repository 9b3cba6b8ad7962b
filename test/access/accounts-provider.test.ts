import { describe, expect, it } from "vitest";

import { invitePerson, startWithAdministrator, type AccountServer, type WirePerson } from "./account-server.ts";
import { CLIENT, signInAtProvider, startOidcProvider, type Claims } from "./start-oidc-provider.ts";
import type { Visitor } from "./visitor.ts";

async function start(people: Claims, rules: object = {}) {
  const { issuer } = await startOidcProvider(people);
  const oidc = { name: "Example login", issuer, clientId: CLIENT.id, ...rules };
  const started = await startWithAdministrator({ config: { oidc }, env: { OUTLAY_OIDC_CLIENT_SECRET: CLIENT.secret } });
  return { issuer, ...started };
}

/** Signs in as a browser would; answers with where it ends up. */
async function signIn(server: AccountServer, issuer: string, name: string, returnTo = "/playground") {
  const visitor = server.visitor();
  const { json } = await visitor.ask<{ url: string }>("POST", "/api/v1/account/provider", { returnTo });
  const back = await signInAtProvider(issuer, json.url, name);
  const landed = await visitor.ask("GET", back);
  return { visitor, location: landed.headers.get("location"), start: json.url, back };
}

const own = async (visitor: Visitor) =>
  (await visitor.ask<{ person: WirePerson | null }>("GET", "/api/v1/account")).json.person;

describe("sign-in with an OpenID Connect provider", () => {
  it("makes accounts for people of the allowed domains, with roles and teams by their groups, at each sign-in", async () => {
    const people: Claims = {
      grace: {
        email: "Grace@Example.com",
        email_verified: true,
        name: "Grace Hopper",
        groups: ["Compilers", "outlay-viewers"],
      },
    };
    const { server, ada, issuer } = await start(people, {
      allowedDomains: ["example.com"],
      roles: { "outlay-viewers": "viewer", "outlay-admins": "administrator" },
      teams: { Compilers: "Compiler people" },
    });
    const { visitor: grace, location, start: address } = await signIn(server, issuer, "grace");
    expect(location).toBe("/playground");
    const asked = new URL(address).searchParams;
    expect(asked.get("code_challenge_method")).toBe("S256");
    expect(asked.get("nonce")).toMatch(/.{20}/);
    expect(await own(grace)).toMatchObject({ name: "Grace Hopper", email: "grace@example.com", role: "viewer" });
    const teams = async () =>
      (await ada.ask<{ teams: { name: string; members: { email: string }[] }[] }>("GET", "/api/v1/teams")).json.teams;
    expect(await teams()).toMatchObject([{ name: "Compiler people", members: [{ email: "grace@example.com" }] }]);

    people["grace"] = { ...people["grace"], groups: ["outlay-admins"] };
    const { visitor: again } = await signIn(server, issuer, "grace");
    expect(await own(again)).toMatchObject({ role: "administrator" });
    expect(await teams()).toMatchObject([{ members: [] }]);
    const { json } = await ada.ask<{ people: unknown[] }>("GET", "/api/v1/people");
    expect(json.people).toHaveLength(2);
  });

  it("lets in who has an account with the checked address, and nobody else", async () => {
    const { server, ada, issuer } = await start({
      grace: { email: "grace@example.com", email_verified: true, name: "Grace" },
      thief: { email: "grace@example.com", email_verified: false, name: "Not Grace" },
      stranger: { email: "eve@elsewhere.example", email_verified: true, name: "Eve" },
      nameless: { name: "Nobody" },
    });
    const { person } = await invitePerson(server, ada, { email: "grace@example.com" });
    for (const name of ["thief", "stranger", "nameless"]) {
      const { location, visitor } = await signIn(server, issuer, name);
      expect(location).toBe("/sign-in?problem=no_account_here");
      expect((await visitor.ask("GET", "/api/v1/summary")).status).toBe(401);
    }
    const { visitor: grace, location } = await signIn(server, issuer, "grace");
    expect(location).toBe("/playground");
    expect((await own(grace))?.id).toBe(person.id);

    await ada.ask("PATCH", `/api/v1/people/${person.id}`, { disabled: true });
    expect((await signIn(server, issuer, "grace")).location).toBe("/sign-in?problem=account_disabled");
  });

  it("is good once, in the browser where it began, and leads nowhere else", async () => {
    const { server, issuer } = await start(
      { grace: { email: "grace@example.com", email_verified: true } },
      { allowedDomains: ["*"] },
    );
    const visitor = server.visitor();
    const { json } = await visitor.ask<{ url: string }>("POST", "/api/v1/account/provider", { returnTo: "/" });
    const back = await signInAtProvider(issuer, json.url, "grace");
    const elsewhere = await server.visitor().ask("GET", back);
    expect(elsewhere.headers.get("location")).toBe("/sign-in?problem=sign_in_expired");
    const changed = new URL(back);
    changed.searchParams.set("state", "another");
    const other = server.visitor();
    await other.ask("POST", "/api/v1/account/provider", { returnTo: "/" });
    expect((await other.ask("GET", back)).headers.get("location")).toBe("/sign-in?problem=sign_in_provider_refused");
    const errand = visitor.cookies.get("outlay.sign_in_errand")!;
    expect((await visitor.ask("GET", back)).headers.get("location")).toBe("/");
    const replay = server.visitor();
    replay.cookies.set("outlay.sign_in_errand", errand);
    expect((await replay.ask("GET", back)).headers.get("location")).toBe("/sign-in?problem=sign_in_provider_refused");

    for (const returnTo of ["https://evil.example", "//evil.example", "/\\evil.example"]) {
      expect((await visitor.ask("POST", "/api/v1/account/provider", { returnTo })).json.code).toBe("invalid_body");
    }
  });

  it("says when the provider cannot be reached", async () => {
    const oidc = { issuer: "http://127.0.0.1:9", clientId: CLIENT.id };
    const { server } = await startWithAdministrator({ config: { oidc } });
    const reply = await server.visitor().ask("POST", "/api/v1/account/provider", { returnTo: "/" });
    expect(reply).toMatchObject({ status: 502, json: { code: "sign_in_provider_unreachable" } });
  });
});
