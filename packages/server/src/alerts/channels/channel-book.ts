import { randomUUID } from "node:crypto";
import { InvalidInput, Turns } from "@outlay/core";
import { lastFour } from "../../keys/last-four.ts";
import type { Locked, Secret } from "../../keys/secret.ts";
import type { Storage } from "../../storage/storage.ts";
import type { ChannelKindName } from "./channel-kinds.ts";
import { kindOf } from "./channel-kinds.ts";
import { parseChannelChanges, parseNewChannel } from "./parse-channel.ts";
import type { WantedChannel } from "./parse-channel.ts";

/** A channel with its secrets, for sending. */
export interface Channel extends WantedChannel {
  id: string;
  createdAtMs: number;
  updatedAtMs: number;
}

/** A channel as people see it. */
export interface ListedChannel {
  id: string;
  name: string;
  kind: ChannelKindName;
  enabled: boolean;
  maxPerMinute: number;
  /** Who or which host gets its messages, for people: `ops@example.com`, `hooks.slack.com`. */
  target: string;
  /** Without the secrets. */
  settings: Record<string, unknown>;
  /** The end of each secret, to tell it from others; empty when it is too short to show any of it. */
  lastFour: Record<string, string>;
  /** False: its secrets were encrypted with another secret, so nothing can be sent. */
  readable: boolean;
  createdAtMs: number;
  updatedAtMs: number;
}

/** What channels are locked with: found when there is one, made when it is first needed. */
export interface SecretSource {
  find(): Promise<Secret | null>;
  make(): Promise<Secret>;
}

export interface ChannelBookOptions {
  storage: Storage;
  secret: SecretSource;
  now: () => number;
  /** Hears of channels whose secrets cannot be read. */
  warn: (message: string) => void;
}

const CHANNELS = "alert-channels";
const PREVIOUS_SECRET_MS = 24 * 3_600_000;

/** The channels there are: in memory with their secrets, stored without. Every change is in the audit trail, without secrets. */
export class ChannelBook {
  #options: ChannelBookOptions;
  #stored = new Map<string, StoredChannel>();
  #open = new Map<string, Channel>();
  #secret: Secret | null = null;
  /** Changes are stored one after the other. */
  readonly #changes = new Turns();

  private constructor(options: ChannelBookOptions) {
    this.#options = options;
  }

  static async open(options: ChannelBookOptions): Promise<ChannelBook> {
    const book = new ChannelBook(options);
    const [records, secret] = await Promise.all([options.storage.listRecords(CHANNELS), options.secret.find()]);
    book.#secret = secret;
    for (const { id, atMs, body } of records.toReversed()) {
      const stored = { ...(body as Omit<StoredChannel, "id" | "createdAtMs">), id, createdAtMs: atMs };
      book.#stored.set(id, stored);
      book.#unlock(stored);
    }
    return book;
  }

  /** In the order in which they were made. */
  list(): ListedChannel[] {
    return [...this.#stored.values()].map((stored) => this.#listed(stored));
  }

  /** InvalidInput `channel_not_found`. */
  get(id: string): ListedChannel {
    return this.#listed(this.#require(id));
  }

  find(id: string): ListedChannel | null {
    const stored = this.#stored.get(id);
    return stored === undefined ? null : this.#listed(stored);
  }

  /** With its secrets; null when it is not there, `unreadable` when they cannot be opened. */
  withSecrets(id: string): Channel | "unreadable" | null {
    return this.#open.get(id) ?? (this.#stored.has(id) ? "unreadable" : null);
  }

  /** The second is a secret that was made here, to be shown once; null when there is none. */
  create(wanted: unknown, actor: string): Promise<{ channel: ListedChannel; madeSecret: string | null }> {
    return this.#changes.take(async () => {
      const given = parseNewChannel(wanted);
      this.#requireFreeName(given.name, null);
      const nowMs = this.#options.now();
      const channel = { ...given, id: randomUUID(), createdAtMs: nowMs, updatedAtMs: nowMs };
      await this.#store(channel, "channel_created", actor);
      const wantedSettings = (wanted as { settings: Record<string, unknown> }).settings;
      const made = wantedSettings["secret"] === undefined ? given.settings["secret"] : undefined;
      return { channel: this.get(channel.id), madeSecret: typeof made === "string" ? made : null };
    });
  }

  change(id: string, wanted: unknown, actor: string): Promise<ListedChannel> {
    return this.#changes.take(async () => {
      const changed = parseChannelChanges(this.#known(id), wanted);
      this.#requireFreeName(changed.name, id);
      const { createdAtMs } = this.#require(id);
      await this.#store({ ...changed, id, createdAtMs, updatedAtMs: this.#options.now() }, "channel_changed", actor);
      return this.get(id);
    });
  }

  /**
   * A new secret to sign with; the one before signs too for a day, so that its receiver can change it in peace. InvalidInput
   * `channel_without_signature` when messages of that kind are not signed.
   */
  rotateSecret(id: string, actor: string): Promise<{ channel: ListedChannel; madeSecret: string }> {
    return this.#changes.take(async () => {
      const channel = this.#known(id);
      const { secret: previousSecret, ...settings } = channel.settings;
      const complete = kindOf(channel.kind).complete;
      if (complete === undefined || typeof previousSecret !== "string") {
        throw new InvalidInput(
          "channel_without_signature",
          `"${channel.name}" (${channel.kind}) has no secret that messages are signed with; only webhooks have one`,
          { field: "id" },
        );
      }
      const nowMs = this.#options.now();
      const previousUntil = new Date(nowMs + PREVIOUS_SECRET_MS).toISOString();
      const turned = complete({ ...settings, previousSecret, previousUntil });
      await this.#store({ ...channel, settings: turned, updatedAtMs: nowMs }, "channel_secret_rotated", actor);
      return { channel: this.get(id), madeSecret: turned["secret"] as string };
    });
  }

  remove(id: string, actor: string): Promise<void> {
    return this.#changes.take(async () => {
      const { name, kind } = this.#require(id);
      await this.#options.storage.deleteRecords(CHANNELS, [id]);
      this.#stored.delete(id);
      this.#open.delete(id);
      await this.#audit(actor, "channel_removed", { id, name, kind });
    });
  }

  /** Resolves when all changes are stored. */
  async close(): Promise<void> {
    await this.#changes.ended();
  }

  #listed(stored: StoredChannel): ListedChannel {
    const { id, name, kind, enabled, maxPerMinute, settings, createdAtMs, updatedAtMs } = stored;
    return {
      id,
      name,
      kind,
      enabled,
      maxPerMinute,
      target: stored.target,
      settings,
      lastFour: stored.lastFour,
      readable: this.#open.has(id),
      createdAtMs,
      updatedAtMs,
    };
  }

  #require(id: string): StoredChannel {
    const stored = this.#stored.get(id);
    if (stored !== undefined) return stored;
    throw new InvalidInput("channel_not_found", `There is no channel with the id ${id}; see GET /api/v1/channels`, {
      field: "id",
      status: 404,
    });
  }

  /** For changes: of a channel that cannot be opened, all but its secrets, which have to come again. */
  #known(id: string): Channel {
    return this.#open.get(id) ?? this.#require(id);
  }

  #requireFreeName(name: string, exceptId: string | null): void {
    const other = [...this.#stored.values()].find((it) => it.name === name);
    if (other === undefined || other.id === exceptId) return;
    throw new InvalidInput("channel_name_taken", `There is a channel "${name}" already; choose another name`, {
      field: "name",
      status: 409,
    });
  }

  async #store(channel: Channel, action: string, actor: string): Promise<void> {
    const { id, createdAtMs, settings, ...rest } = channel;
    const names = kindOf(channel.kind).secrets.filter((name) => settings[name] !== undefined);
    const secrets = names.map((name): [string, string] => [name, String(settings[name])]);
    this.#secret ??= secrets.length === 0 ? null : await this.#options.secret.make();
    const stored: StoredChannel = {
      ...rest,
      id,
      createdAtMs,
      settings: Object.fromEntries(Object.entries(settings).filter(([name]) => !names.includes(name))),
      target: targetOf(settings),
      lastFour: Object.fromEntries(secrets.map(([name, value]) => [name, lastFour(value)])),
      locked: this.#secret?.lock(JSON.stringify(Object.fromEntries(secrets)), purposeOf(id)) ?? null,
    };
    const { id: __, createdAtMs: ___, ...body } = stored;
    await this.#options.storage.putRecords(CHANNELS, [{ id, atMs: createdAtMs, body }]);
    this.#stored.set(id, stored);
    this.#open.set(id, channel);
    await this.#audit(actor, action, {
      id,
      name: channel.name,
      kind: channel.kind,
      enabled: channel.enabled,
      maxPerMinute: channel.maxPerMinute,
      settings: stored.settings,
    });
  }

  #unlock(stored: StoredChannel): void {
    const { locked } = stored;
    const text = locked === null ? "{}" : (this.#secret?.unlock(locked, purposeOf(stored.id)) ?? null);
    if (text !== null) {
      const secrets = JSON.parse(text) as Record<string, string>;
      this.#open.set(stored.id, { ...stored, settings: { ...stored.settings, ...secrets } });
      return;
    }
    this.#options.warn(
      `the secrets of the alert channel "${stored.name}" cannot be opened: they were encrypted with another secret than ${this.#secret?.where ?? "the one that is missing now"}. Bring that back, or enter them again`,
    );
  }

  async #audit(actor: string, action: string, detail: object): Promise<void> {
    await this.#options.storage.appendAudit({ atMs: this.#options.now(), actor, action, detail });
  }
}

interface StoredChannel extends Channel {
  target: string;
  lastFour: Record<string, string>;
  locked: Locked | null;
}

function targetOf({ to, url }: Record<string, unknown>): string {
  if (Array.isArray(to)) return to.join(", ");
  return typeof url === "string" ? new URL(url).host : "";
}

/** Binds the secrets to their channel. */
function purposeOf(id: string): string {
  return `alert channel ${id}`;
}
