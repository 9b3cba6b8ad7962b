import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import type { Storage } from "../storage/storage.ts";
import { ViewBook, type ViewReader } from "./view-book.ts";

let dataDir: string;
let storage: Storage;
let book: ViewBook;
let nowMs = Date.UTC(2026, 10, 22);

const open = (accounts: string[]) =>
  ViewBook.open({ storage, now: () => nowMs++, hasAccount: (id) => accounts.includes(id) });

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "outlay-views-"));
  storage = await openSqliteStorage({ dataDir });
  book = await open(["ada", "bob", "vera"]);
});
afterEach(async () => {
  await storage.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function person(id: string, rights: Partial<ViewReader> = {}): ViewReader {
  const owner = { id, name: id.toUpperCase() };
  return { owner, isAdministrator: false, seesAll: false, mayShare: true, actor: `person:${id}`, ...rights };
}
const ada = person("ada", { isAdministrator: true });
const bob = person("bob");
const vera = person("vera", { mayShare: false });
const everybody: ViewReader = { owner: null, isAdministrator: true, seesAll: true, mayShare: true, actor: "api" };

const view = (name: string, more: object = {}) => ({ name, page: "/explore", search: "period=7d", ...more });
const names = (reader: ViewReader) => book.list(reader).map(({ name }) => name);

test("people see their own and what others share; what has no owner, administrators", async () => {
  await book.create(view("bob's"), bob);
  await book.create(view("bob shares", { shared: true }), bob);
  await book.create(view("vera's"), vera);
  await book.create(view("of nobody"), everybody);
  expect(names(bob)).toEqual(["bob shares", "bob's"]);
  expect(names(vera)).toEqual(["bob shares", "vera's"]);
  expect(names(ada)).toEqual(["bob shares", "of nobody"]);
  expect(names(everybody)).toEqual(["bob shares", "bob's", "of nobody", "vera's"]);
});

test("owners and administrators change and delete; for others it is not there, or not theirs", async () => {
  const own = await book.create(view("own"), bob);
  const shared = await book.create(view("shared", { shared: true }), bob);
  await expect(book.change(own.id, { name: "x" }, vera)).rejects.toMatchObject({ code: "view_not_found" });
  await expect(book.remove(own.id, ada)).rejects.toMatchObject({ code: "view_not_found", status: 404 });
  await expect(book.remove(shared.id, vera)).rejects.toMatchObject({ code: "not_allowed", status: 403 });
  const changed = await book.change(shared.id, { search: "period=30d" }, ada);
  expect(changed).toMatchObject({ name: "shared", search: "period=30d", owner: { id: "bob" } });
  await book.remove(shared.id, ada);
  await book.change(own.id, { name: "renamed" }, bob);
  expect(names(bob)).toEqual(["renamed"]);
});

test("viewers save for themselves", async () => {
  await expect(book.create(view("all", { shared: true }), vera)).rejects.toMatchObject({ code: "not_allowed" });
  const own = await book.create(view("own"), vera);
  await expect(book.change(own.id, { shared: true }, vera)).rejects.toMatchObject({ field: "shared", status: 403 });
});

test("a name is one of its owner's on its page", async () => {
  await book.create(view("same"), bob);
  await book.create(view("same", { page: "/calls" }), bob);
  await book.create(view("same"), ada);
  await expect(book.create(view(" same "), bob)).rejects.toMatchObject({ code: "view_name_taken", status: 409 });
  const other = await book.create(view("other"), bob);
  await expect(book.change(other.id, { name: "same" }, bob)).rejects.toMatchObject({ code: "view_name_taken" });
  expect(await book.change(other.id, { name: "other", search: "" }, bob)).toMatchObject({ search: "" });
});

test("nobody has more than two hundred", async () => {
  for (let i = 0; i < 200; i++) await book.create(view(`${i}`), bob);
  await expect(book.create(view("one more"), bob)).rejects.toMatchObject({ code: "too_many_views", status: 409 });
  await book.create(view("of another"), ada);
});

test("only what is shared is in the audit trail", async () => {
  const own = await book.create(view("own"), bob);
  await book.change(own.id, { search: "a=b" }, bob);
  await book.change(own.id, { shared: true }, bob);
  await book.remove(own.id, ada);
  const entries = await storage.listAudit({ limit: 10 });
  expect(entries.map(({ actor, action }) => `${actor} ${action}`)).toEqual([
    "person:ada view_removed",
    "person:bob view_changed",
  ]);
});

test("they are there after a restart, but what removed people had for themselves is not", async () => {
  const kept = await book.create(view("kept"), bob);
  await book.create(view("gone"), vera);
  await book.create(view("of nobody"), everybody);
  book = await open(["ada", "bob"]);
  expect(names(everybody)).toEqual(["kept", "of nobody"]);
  expect(book.list(bob)).toEqual([kept]);
});

describe("what cannot be", () => {
  test.each([
    [{ name: "" }, "invalid_view", "name"],
    [{ name: "x".repeat(81) }, "invalid_view", "name"],
    [{ name: "a\nb" }, "invalid_view", "name"],
    [{ page: "//elsewhere" }, "invalid_view", "page"],
    [{ page: "https:/x" }, "invalid_view", "page"],
    [{ page: "/a/" }, "invalid_view", "page"],
    [{ page: `/${"a".repeat(60)}` }, "invalid_view", "page"],
    [{ search: "?period=7d" }, "invalid_view", "search"],
    [{ search: "a#b" }, "invalid_view", "search"],
    [{ search: "x".repeat(4_001) }, "invalid_view", "search"],
    [{ shared: "yes" }, "invalid_view", "shared"],
    [{ owner: "me" }, "unknown_field", "owner"],
  ])("%o", async (more, code, field) => {
    await expect(book.create(view("v", more), bob)).rejects.toMatchObject({ code, field });
  });
});
