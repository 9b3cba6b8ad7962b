import { describe, expect, it } from "vitest";

import { PASSWORD, invitePerson, startWithAdministrator, type WirePerson } from "./account-server.ts";

interface Team {
  id: string;
  name: string;
  members: { person: string; email: string; lead: boolean }[];
}

describe("people", () => {
  it("are made, changed and removed by administrators only, and the last administrator stays", async () => {
    const { server, ada } = await startWithAdministrator();
    const { json: adaFirst } = await ada.ask<{ person: WirePerson }>("GET", "/api/v1/account");
    const grace = { name: "Grace", email: "Grace@example.com", password: PASSWORD };
    const made = await ada.ask<WirePerson>("POST", "/api/v1/people", grace);
    expect(made.json).toMatchObject({ email: "grace@example.com", role: "member", user: "grace@example.com" });
    expect((await ada.ask("POST", "/api/v1/people", grace)).json.code).toBe("email_taken");

    const visitor = server.visitor();
    await visitor.ask("POST", "/api/v1/account/sign-in", { email: grace.email, password: PASSWORD });
    for (const [method, path, body] of [
      ["GET", "/api/v1/people", undefined],
      ["PATCH", `/api/v1/people/${made.json.id}`, { role: "administrator" }],
      ["POST", "/api/v1/invitations", {}],
      ["POST", "/api/v1/teams", { name: "Mine" }],
    ] as const) {
      expect(await visitor.ask(method, path, body)).toMatchObject({ status: 403, json: { code: "not_allowed" } });
    }
    expect((await visitor.ask("PATCH", "/api/v1/account", { name: "Grace Hopper" })).json).toMatchObject({
      name: "Grace Hopper",
      role: "member",
    });
    const greedy = { name: "Grace", role: "administrator" };
    expect((await visitor.ask("PATCH", "/api/v1/account", greedy)).json.code).toBe("unknown_field");

    const last = { status: 409, json: { code: "last_administrator" } };
    const adaPath = `/api/v1/people/${adaFirst.person.id}`;
    expect(await ada.ask("PATCH", adaPath, { role: "viewer" })).toMatchObject(last);
    expect(await ada.ask("PATCH", adaPath, { disabled: true })).toMatchObject(last);
    expect(await ada.ask("DELETE", adaPath)).toMatchObject(last);

    const promoted = await ada.ask("PATCH", `/api/v1/people/${made.json.id}`, { role: "administrator", user: "grace" });
    expect(promoted.json).toMatchObject({ role: "administrator", user: "grace", name: "Grace Hopper" });
    // Of two administrators who remove each other at the same time, one stays.
    const fights = await Promise.all([
      ada.ask("DELETE", `/api/v1/people/${made.json.id}`),
      visitor.ask("DELETE", adaPath),
    ]);
    expect(fights.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it("who were removed have no session and no password any more, and may come back as new ones", async () => {
    const { server, ada } = await startWithAdministrator();
    const { visitor, person } = await invitePerson(server, ada, { email: "grace@example.com" });
    expect((await visitor.ask("GET", "/api/v1/summary")).status).toBe(200);
    await ada.ask("DELETE", `/api/v1/people/${person.id}`);
    expect((await visitor.ask("GET", "/api/v1/summary")).status).toBe(401);
    const signIn = { email: "grace@example.com", password: PASSWORD };
    expect((await server.visitor().ask("POST", "/api/v1/account/sign-in", signIn)).status).toBe(401);
    const { person: again } = await invitePerson(server, ada, { email: "grace@example.com", role: "viewer" });
    expect(again.id).not.toBe(person.id);
    expect(again.role).toBe("viewer");
  });
});

describe("links", () => {
  it("invite somebody once, with the role and teams that were chosen, and can be taken back", async () => {
    const { server, ada } = await startWithAdministrator();
    const { json: team } = await ada.ask<Team>("POST", "/api/v1/teams", { name: "Compilers" });
    const invite = (wanted: object) =>
      ada.ask<{ link: string; invitation: { id: string } }>("POST", "/api/v1/invitations", wanted);
    const { json } = await invite({ role: "viewer", user: "grace", teams: [team.id] });
    expect(json.link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/sign-in\/link#[\w-]{43}$/);
    const token = new URL(json.link).hash.slice(1);
    const listed = await ada.ask("GET", "/api/v1/invitations");
    expect(listed.json).toMatchObject({ invitations: [{ email: null, role: "viewer", user: "grace" }] });
    expect(JSON.stringify(listed.json)).not.toContain(token);

    const grace = server.visitor();
    const accept = { token, name: "Grace", email: "grace@example.com", password: PASSWORD };
    expect((await grace.ask("POST", "/api/v1/account/link", { token })).json).toMatchObject({ kind: "invitation" });
    expect(
      (await grace.ask("POST", "/api/v1/account/link/accept", { ...accept, email: undefined })).json,
    ).toMatchObject({
      code: "missing_field",
      field: "email",
    });
    const twice = await Promise.all([
      grace.ask("POST", "/api/v1/account/link/accept", accept),
      server.visitor().ask("POST", "/api/v1/account/link/accept", { ...accept, email: "eve@example.com" }),
    ]);
    expect(twice.map(({ status }) => status).toSorted()).toEqual([200, 410]);
    const { json: teams } = await ada.ask<{ teams: Team[] }>("GET", "/api/v1/teams");
    expect(teams.teams[0]?.members).toHaveLength(1);

    const { json: other } = await invite({});
    await ada.ask("DELETE", `/api/v1/invitations/${other.invitation.id}`);
    const gone = {
      token: new URL(other.link).hash.slice(1),
      name: "Eve",
      email: "eve2@example.com",
      password: PASSWORD,
    };
    for (const wrong of [gone, { ...gone, token: "x".repeat(43) }]) {
      expect(await server.visitor().ask("POST", "/api/v1/account/link/accept", wrong)).toMatchObject({
        status: 410,
        json: { code: "link_not_valid" },
      });
    }
  });

  it("give somebody a new password, and end their sessions", async () => {
    const { server, ada } = await startWithAdministrator();
    const { visitor: grace, person } = await invitePerson(server, ada, { email: "grace@example.com" });
    const { json } = await ada.ask<{ link: string }>("POST", `/api/v1/people/${person.id}/password-link`);
    const token = new URL(json.link).hash.slice(1);
    const elsewhere = server.visitor();
    const password = `${PASSWORD} 2`;
    expect((await elsewhere.ask("POST", "/api/v1/account/link/accept", { token, password })).status).toBe(200);
    expect((await elsewhere.ask("GET", "/api/v1/account/sessions")).status).toBe(200);
    expect((await grace.ask("GET", "/api/v1/account/sessions")).status).toBe(401);
    expect((await elsewhere.ask("POST", "/api/v1/account/link/accept", { token, password })).status).toBe(410);
  });
});

it("teams have members and leads, each once, and are forgotten by whoever leaves", async () => {
  const { server, ada } = await startWithAdministrator();
  const { person: grace } = await invitePerson(server, ada, { email: "grace@example.com" });
  const { person: joan } = await invitePerson(server, ada, { email: "joan@example.com" });
  const { json: team } = await ada.ask<Team>("POST", "/api/v1/teams", {
    name: "Compilers",
    members: [{ person: grace.id, lead: true }, { person: joan.id }, { person: joan.id }],
  });
  expect(team.members.map(({ email, lead }) => [email, lead])).toEqual([
    ["grace@example.com", true],
    ["joan@example.com", false],
  ]);
  expect((await ada.ask("POST", "/api/v1/teams", { name: "COMPILERS" })).json.code).toBe("team_name_taken");
  const unknown = { members: [{ person: "nobody" }] };
  expect((await ada.ask("PATCH", `/api/v1/teams/${team.id}`, unknown)).json.code).toBe("person_not_found");
  await ada.ask("DELETE", `/api/v1/people/${joan.id}`);
  const { json } = await ada.ask<{ teams: Team[] }>("GET", "/api/v1/teams");
  expect(json.teams[0]?.members.map(({ person }) => person)).toEqual([grace.id]);
  expect((await ada.ask("DELETE", `/api/v1/teams/${team.id}`)).json).toEqual({ teams: [] });
});

it("the audit trail names who came, who failed, and who changed whom, without any password or token", async () => {
  const { server, ada } = await startWithAdministrator();
  const { visitor: grace, person } = await invitePerson(server, ada, { email: "grace@example.com" });
  await grace.ask("POST", "/api/v1/account/sign-out");
  const eve = server.visitor();
  await eve.ask("POST", "/api/v1/account/sign-in", { email: "grace@example.com", password: "a wrong password" });
  await eve.ask("POST", "/api/v1/account/sign-in", { email: "hunter2 typed in the wrong field", password: "x" });
  await ada.ask("PATCH", `/api/v1/people/${person.id}`, { role: "viewer" });
  const { json } = await ada.ask<{ entries: { actor: string; action: string }[] }>("GET", "/api/v1/audit");
  const told = json.entries.map(({ actor, action }) => `${actor} ${action}`).toReversed();
  expect(told).toEqual([
    "set-up person_created",
    "person:ada@example.com signed_in",
    "person:ada@example.com person_invited",
    "invitation of grace@example.com person_created",
    "person:grace@example.com signed_in",
    "person:grace@example.com signed_out",
    "person:grace@example.com sign_in_failed",
    "nobody sign_in_failed",
    "person:ada@example.com person_changed",
  ]);
  const text = JSON.stringify(json);
  for (const secret of [PASSWORD, "a wrong password", "hunter2"]) expect(text).not.toContain(secret);
});
