import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { openOne, openOrganisation, type Asker, type OpenedOutlay, type Organisation } from "../access/organisation.ts";

interface WireView {
  id: string;
  name: string;
  shared: boolean;
  owner: { id: string; name: string } | null;
  mayChange: boolean;
}

const wanted = (name: string, more: object = {}) => ({
  name,
  page: "/explore",
  search: "period=7d&filter=model:gpt-*",
  ...more,
});

async function save(ask: Asker, body: object): Promise<WireView> {
  const answer = await ask("POST", "/api/v1/views", body);
  expect(answer.status, await answer.clone().text()).toBe(200);
  return ((await answer.json()) as { view: WireView }).view;
}

async function list(ask: Asker): Promise<WireView[]> {
  const answer = await ask("GET", "/api/v1/views");
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { views: WireView[] }).views;
}

const named = (views: WireView[]) => views.map(({ name, mayChange }) => `${name}${mayChange ? " (may change)" : ""}`);

const rename = (ask: Asker, id: string) => ask("PATCH", `/api/v1/views/${id}`, { name: "taken over" });

async function refusal(answer: Response): Promise<string> {
  return `${answer.status} ${((await answer.json()) as { code: string }).code}`;
}

describe("with accounts", () => {
  let organisation: Organisation;
  beforeAll(async () => {
    organisation = await openOrganisation();
  });
  afterAll(() => organisation.outlay.close());

  it("everybody sees their own and what others share, and may change what is theirs", async () => {
    const { member, lead, viewer, administrator } = organisation.askers;
    const own = await save(member, wanted("alice's"));
    const shared = await save(member, wanted("alice shares", { shared: true }));
    await save(viewer, wanted("vera's"));
    expect(own.owner?.name).toBe("alice");
    expect(named(await list(member))).toEqual(["alice shares (may change)", "alice's (may change)"]);
    expect(named(await list(lead))).toEqual(["alice shares"]);
    expect(named(await list(viewer))).toEqual(["alice shares", "vera's (may change)"]);
    expect(named(await list(administrator))).toEqual(["alice shares (may change)"]);
    expect(named(await list(organisation.askers["key read"]))).toEqual(["alice shares"]);

    expect(await refusal(await rename(lead, own.id))).toBe("404 view_not_found");
    expect(await refusal(await rename(lead, shared.id))).toBe("403 not_allowed");
    expect(await refusal(await lead("DELETE", `/api/v1/views/${shared.id}`))).toBe("403 not_allowed");
    expect((await rename(administrator, shared.id)).status).toBe(200);
    expect((await administrator("DELETE", `/api/v1/views/${shared.id}`)).status).toBe(200);
    expect(named(await list(lead))).toEqual([]);
  });

  it("a viewer shares nothing, and keys save nothing", async () => {
    const { viewer } = organisation.askers;
    const sharing = await viewer("POST", "/api/v1/views", wanted("all", { shared: true }));
    expect(await refusal(sharing)).toBe("403 not_allowed");
    for (const key of ["key read", "key admin", "key ingest"] as const) {
      const answer = await organisation.askers[key]("POST", "/api/v1/views", wanted("of a key"));
      expect(await refusal(answer)).toBe("403 key_without_scope");
    }
    expect(await refusal(await organisation.askers.nobody("GET", "/api/v1/views"))).toBe("401 sign_in_required");
  });

  it("only what is shared is told to administrators", async () => {
    const { lead, administrator } = organisation.askers;
    await save(lead, wanted("carol's secret project"));
    await save(lead, wanted("carol shares", { shared: true }));
    const audit = await (await administrator("GET", "/api/v1/audit?action=view_")).text();
    expect(audit).toContain("carol shares");
    expect(audit).not.toContain("carol's secret project");
  });
});

describe("without accounts", () => {
  let outlay: OpenedOutlay;
  beforeEach(async () => {
    outlay = await openOne();
  });
  afterEach(() => outlay.close());

  it("there is one list, which everybody changes", async () => {
    const view = await save(outlay.ask, wanted("mine"));
    expect(view.owner).toBeNull();
    const changed = await outlay.ask("PATCH", `/api/v1/views/${view.id}`, { search: "" });
    expect(await changed.json()).toMatchObject({ view: { id: view.id, name: "mine", search: "" } });
    expect(named(await list(outlay.ask))).toEqual(["mine (may change)"]);
    const removed = await outlay.ask("DELETE", `/api/v1/views/${view.id}`);
    expect(await removed.json()).toEqual({ views: [] });
    expect(await refusal(await outlay.ask("DELETE", `/api/v1/views/${view.id}`))).toBe("404 view_not_found");
  });

  it.each([
    [wanted("x", { page: "//elsewhere.example" }), "400 invalid_view"],
    [wanted("x", { search: "?a=b" }), "400 invalid_view"],
    [wanted("x", { colour: "red" }), "400 unknown_field"],
    [{ name: "x" }, "400 invalid_view"],
    [[], "400 invalid_view"],
  ])("refuses %j", async (body, expected) => {
    expect(await refusal(await outlay.ask("POST", "/api/v1/views", body))).toBe(expected);
  });
});
