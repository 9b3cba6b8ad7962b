import { randomUUID } from "node:crypto";
import { InvalidInput, Turns } from "@outlay/core";
import { lastFour } from "../keys/last-four.ts";
import type { Locked, Secret } from "../keys/secret.ts";
import type { Storage } from "../storage/storage.ts";
import {
  changeConnection,
  makeConnection,
  type Connection,
  type ConnectionChange,
  type NewConnection,
} from "./connection.ts";

/** A connection as people see it. */
export interface ListedConnection extends Connection {
  /** The end of its key; empty: it has none. */
  lastFour: string;
  /** False: its key was encrypted with another secret; it has to be entered again. */
  readable: boolean;
}

/** What keys are locked with: found when there is one, made when it is first needed. */
export interface SecretSource {
  find(): Promise<Secret | null>;
  make(): Promise<Secret>;
}

export interface ConnectionBookOptions {
  storage: Storage;
  secret: SecretSource;
  now: () => number;
  /** Hears of connections whose key cannot be read. */
  warn: (message: string) => void;
}

type Stored = Connection & { lastFour: string; locked: Locked | null };

/** Where connections are kept. */
export const CONNECTIONS = "sync";

/** The connections there are: their keys in memory in the clear, stored encrypted. Every change is in the audit trail, without keys. */
export class ConnectionBook {
  readonly #options: ConnectionBookOptions;
  readonly #stored = new Map<string, Stored>();
  readonly #keys = new Map<string, string>();
  #secret: Secret | null = null;
  /** Changes are stored one after the other. */
  readonly #changes = new Turns();

  private constructor(options: ConnectionBookOptions) {
    this.#options = options;
  }

  static async open(options: ConnectionBookOptions): Promise<ConnectionBook> {
    const book = new ConnectionBook(options);
    const [records, secret] = await Promise.all([options.storage.listRecords(CONNECTIONS), options.secret.find()]);
    book.#secret = secret;
    for (const { body } of records.toReversed()) book.#unlock(body as Stored);
    return book;
  }

  /** In the order in which they were made. */
  list(): ListedConnection[] {
    return [...this.#stored.values()].map((stored) => this.#listed(stored));
  }

  find(id: string): ListedConnection | null {
    const stored = this.#stored.get(id);
    return stored === undefined ? null : this.#listed(stored);
  }

  /** InvalidInput `sync_not_found`. */
  get(id: string): ListedConnection {
    return this.#listed(this.#required(id));
  }

  /** In the clear; null when it has none or it cannot be read. */
  keyOf(id: string): string | null {
    return this.#keys.get(id) ?? null;
  }

  /** InvalidInput as `makeConnection`, `sync_name_taken`, `sync_exists`. */
  create(wanted: NewConnection, actor: string): Promise<ListedConnection> {
    return this.#changes.take(async () => {
      const { connection, key } = makeConnection(wanted, { id: randomUUID(), nowMs: this.#options.now() });
      this.#requireFree(connection, key);
      await this.#put(connection, key);
      await this.#audit(actor, "sync_created", connection);
      return this.get(connection.id);
    });
  }

  change(id: string, change: ConnectionChange, actor: string): Promise<ListedConnection> {
    return this.#changes.take(async () => {
      const changed = changeConnection(this.#required(id), change, this.#options.now());
      this.#requireFree(changed, change.key ?? null);
      await this.#put(changed, change.key ?? null);
      await this.#audit(actor, "sync_changed", {
        ...changed,
        ...(change.key === undefined ? {} : { key: "replaced" }),
      });
      return this.get(id);
    });
  }

  remove(id: string, actor: string): Promise<void> {
    return this.#changes.take(async () => {
      const { provider, name } = this.#required(id);
      await this.#options.storage.deleteRecords(CONNECTIONS, [id]);
      this.#stored.delete(id);
      this.#keys.delete(id);
      await this.#audit(actor, "sync_removed", { id, provider, name });
    });
  }

  async close(): Promise<void> {
    await this.#changes.ended();
  }

  #required(id: string): Stored {
    const stored = this.#stored.get(id);
    if (stored !== undefined) return stored;
    throw new InvalidInput("sync_not_found", `There is no connection with the id ${id}; see GET /api/v1/sync`, {
      field: "id",
      status: 404,
    });
  }

  /** Two connections to one account would report everything twice. */
  #requireFree(connection: Connection, key: string | null): void {
    const others = [...this.#stored.values()].filter(({ id }) => id !== connection.id);
    if (others.some(({ name }) => name === connection.name)) {
      throw new InvalidInput(
        "sync_name_taken",
        `There is a connection "${connection.name}" already; choose another name`,
        {
          field: "name",
          status: 409,
        },
      );
    }
    const settings = JSON.stringify(connection.settings);
    const twin = others.find(
      (it) =>
        it.provider === connection.provider &&
        key !== null &&
        this.#keys.get(it.id) === key &&
        JSON.stringify(it.settings) === settings,
    );
    if (twin === undefined) return;
    throw new InvalidInput(
      "sync_exists",
      `"${twin.name}" reads the same account with the same key: everything would be reported twice`,
      { field: "key", status: 409 },
    );
  }

  async #put(connection: Connection, key: string | null): Promise<void> {
    const before = this.#stored.get(connection.id);
    if (key !== null) this.#secret ??= await this.#options.secret.make();
    const locked = key === null ? (before?.locked ?? null) : this.#secret!.lock(key, purposeOf(connection.id));
    const end = key === null ? (before?.lastFour ?? "") : lastFour(key);
    const { lastFour: _end, readable: _readable, ...plain } = connection as Connection & Partial<ListedConnection>;
    const stored: Stored = { ...plain, lastFour: end, locked };
    await this.#options.storage.putRecords(CONNECTIONS, [{ id: stored.id, atMs: stored.createdAtMs, body: stored }]);
    this.#stored.set(stored.id, stored);
    if (key !== null) this.#keys.set(stored.id, key);
  }

  #unlock(stored: Stored): void {
    this.#stored.set(stored.id, stored);
    if (stored.locked === null) return;
    const key = this.#secret?.unlock(stored.locked, purposeOf(stored.id)) ?? null;
    if (key !== null) this.#keys.set(stored.id, key);
    else {
      this.#options.warn(
        `the key of the connection "${stored.name}" cannot be opened: it was encrypted with another secret than ${this.#secret?.where ?? "the one that is missing now"}. Bring that back, or enter the key again`,
      );
    }
  }

  #listed({ locked, ...connection }: Stored): ListedConnection {
    return { ...connection, readable: locked === null || this.#keys.has(connection.id) };
  }

  async #audit(actor: string, action: string, detail: object): Promise<void> {
    const { locked: _locked, ...open } = detail as { locked?: unknown };
    await this.#options.storage.appendAudit({ atMs: this.#options.now(), actor, action, detail: open });
  }
}

/** Binds a key to its connection. */
function purposeOf(id: string): string {
  return `sync connection ${id}`;
}
