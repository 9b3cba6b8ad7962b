import { randomUUID } from "node:crypto";
import { InvalidInput, Turns } from "@outlay/core";
import type { Storage } from "../storage/storage.ts";
import { parseNewView, parseViewChanges, type WantedView } from "./parse-view.ts";

/** A page with everything that was chosen on it, under a name. */
export interface SavedView extends WantedView {
  id: string;
  /** null: made where nobody has an account. */
  owner: ViewOwner | null;
  createdAtMs: number;
  updatedAtMs: number;
}

export interface ViewOwner {
  id: string;
  /** As it was when the view was last saved. */
  name: string;
}

/** Who asks for views. */
export interface ViewReader {
  /** null: nobody in particular, as where nobody has an account. */
  owner: ViewOwner | null;
  /** Sees what has no owner, and changes what others share. */
  isAdministrator: boolean;
  /** Sees what others keep for themselves: whoever can read the data folder. */
  seesAll: boolean;
  /** Others see what they save if they want that. */
  mayShare: boolean;
  /** For the audit trail. */
  actor: string;
}

export interface ViewBookOptions {
  storage: Storage;
  now: () => number;
  /** Whether this owner still has an account: what others left behind for themselves alone is forgotten. */
  hasAccount: (ownerId: string) => boolean;
}

const VIEWS = "views";
/** Of one owner. */
const MAX_VIEWS = 200;

/** The saved views, in memory and in the store. Changes of shared ones are in the audit trail. */
export class ViewBook {
  readonly #options: ViewBookOptions;
  readonly #views = new Map<string, SavedView>();
  /** Changes are stored one after the other. */
  readonly #changes = new Turns();

  private constructor(options: ViewBookOptions) {
    this.#options = options;
  }

  static async open(options: ViewBookOptions): Promise<ViewBook> {
    const book = new ViewBook(options);
    for (const { id, atMs, body } of await options.storage.listRecords(VIEWS)) {
      book.#views.set(id, { ...(body as Omit<SavedView, "id" | "createdAtMs">), id, createdAtMs: atMs });
    }
    await book.#forgetLeftBehind();
    return book;
  }

  /** Those that the reader may see, by page and name. */
  list(reader: ViewReader): SavedView[] {
    return [...this.#views.values()]
      .filter((view) => maySee(view, reader))
      .toSorted((one, other) => one.page.localeCompare(other.page) || one.name.localeCompare(other.name));
  }

  /** InvalidInput `invalid_view`, `unknown_field`, `view_name_taken`, `too_many_views`, `not_allowed`. */
  create(wanted: unknown, reader: ViewReader): Promise<SavedView> {
    return this.#changes.take(async () => {
      const given = parseNewView(wanted);
      if (given.shared) requireMayShare(reader);
      const nowMs = this.#options.now();
      const view = { ...given, id: randomUUID(), owner: reader.owner, createdAtMs: nowMs, updatedAtMs: nowMs };
      this.#requireRoom(reader.owner);
      this.#requireFreeName(view);
      await this.#store(view);
      if (view.shared) await this.#audit(reader, "view_shared", { after: wantedOf(view) }, view);
      return view;
    });
  }

  /** InvalidInput as `create`, and `view_not_found` (404). */
  change(id: string, wanted: unknown, reader: ViewReader): Promise<SavedView> {
    return this.#changes.take(async () => {
      const before = this.#requireChangeable(id, reader);
      const given = parseViewChanges(before, wanted);
      if (given.shared && !before.shared) requireMayShare(reader);
      const owner = before.owner !== null && before.owner.id === reader.owner?.id ? reader.owner : before.owner;
      const view = { ...before, ...given, owner, updatedAtMs: this.#options.now() };
      this.#requireFreeName(view);
      await this.#store(view);
      if (view.shared || before.shared) {
        await this.#audit(reader, "view_changed", { before: wantedOf(before), after: wantedOf(view) }, view);
      }
      return view;
    });
  }

  /** InvalidInput `view_not_found` (404), `not_allowed`. */
  remove(id: string, reader: ViewReader): Promise<void> {
    return this.#changes.take(async () => {
      const view = this.#requireChangeable(id, reader);
      await this.#options.storage.deleteRecords(VIEWS, [id]);
      this.#views.delete(id);
      if (view.shared) await this.#audit(reader, "view_removed", { before: wantedOf(view) }, view);
    });
  }

  async #forgetLeftBehind(): Promise<void> {
    const left = [...this.#views.values()]
      .filter(({ owner, shared }) => owner !== null && !shared && !this.#options.hasAccount(owner.id))
      .map(({ id }) => id);
    if (left.length === 0) return;
    await this.#options.storage.deleteRecords(VIEWS, left);
    for (const id of left) this.#views.delete(id);
  }

  /** What somebody may not see is as if it were not there. */
  #requireChangeable(id: string, reader: ViewReader): SavedView {
    const view = this.#views.get(id);
    if (view === undefined || !maySee(view, reader)) {
      throw new InvalidInput("view_not_found", `There is no view with the id ${id}; see GET /api/v1/views`, {
        field: "id",
        status: 404,
      });
    }
    const isOwn = view.owner !== null && view.owner.id === reader.owner?.id;
    if (isOwn || reader.isAdministrator) return view;
    throw new InvalidInput(
      "not_allowed",
      `The view "${view.name}" belongs to ${view.owner?.name ?? "the administrators"}; save one of your own instead`,
      { field: "id", status: 403 },
    );
  }

  #requireRoom(owner: ViewOwner | null): void {
    const count = [...this.#views.values()].filter((view) => isOf(view, owner)).length;
    if (count < MAX_VIEWS) return;
    throw new InvalidInput("too_many_views", `There are ${count} views already; delete one that is not used`, {
      status: 409,
    });
  }

  #requireFreeName({ id, name, page, owner }: SavedView): void {
    const isTaken = [...this.#views.values()].some(
      (view) => view.id !== id && isOf(view, owner) && view.page === page && view.name === name,
    );
    if (!isTaken) return;
    throw new InvalidInput("view_name_taken", `There is a view "${name}" of ${page} already; choose another name`, {
      field: "name",
      status: 409,
    });
  }

  async #store(view: SavedView): Promise<void> {
    const { id, createdAtMs, ...body } = view;
    await this.#options.storage.putRecords(VIEWS, [{ id, atMs: createdAtMs, body }]);
    this.#views.set(id, view);
  }

  async #audit({ actor }: ViewReader, action: string, detail: object, { id, owner }: SavedView): Promise<void> {
    const atMs = this.#options.now();
    await this.#options.storage.appendAudit({ atMs, actor, action, detail: { id, owner, ...detail } });
  }
}

function maySee({ shared, owner }: SavedView, reader: ViewReader): boolean {
  if (shared || reader.seesAll) return true;
  return owner === null ? reader.isAdministrator : owner.id === reader.owner?.id;
}

function isOf(view: SavedView, owner: ViewOwner | null): boolean {
  return view.owner?.id === owner?.id;
}

function requireMayShare({ mayShare }: ViewReader): void {
  if (mayShare) return;
  throw new InvalidInput("not_allowed", "What a viewer saves is for themselves; members and administrators share", {
    field: "shared",
    status: 403,
  });
}

function wantedOf({ name, page, search, shared }: SavedView): WantedView {
  return { name, page, search, shared };
}
