import { randomUUID } from "node:crypto";
import { InvalidInput } from "@outlay/core";
import { z } from "zod";
import type { Storage } from "../storage/storage.ts";

const COLLECTION = "alert-silences";
const MAX_SILENCES = 1_000;
const MAX_MS = 366 * 86_400_000;

/** For a time nobody is told of what it names. */
export interface Silence {
  id: string;
  /** null: of any rule. */
  ruleId: string | null;
  /** As in alerts; null: of any subject. */
  subject: string | null;
  untilMs: number;
  reason: string;
  actor: string;
  atMs: number;
}

const text = z.string().trim().max(200);
/** The wire form of a silence. */
export const silenceSchema = z.strictObject({
  alert: text
    .min(1)
    .nullable()
    .default(null)
    .meta({ description: "Id of an alert: its rule and subject, instead of naming them" }),
  rule: text.min(1).nullable().default(null).meta({ description: "Id of a rule; null: whatever the rule" }),
  subject: z.string().max(512).nullable().default(null).meta({ description: "As in alerts; null: all of the rule" }),
  until: z.iso.datetime({ offset: true }).meta({ description: "At most a year from now" }),
  reason: text.default(""),
});

/** Finds what silences name; throws InvalidInput for what is not there. */
export interface NamedBySilence {
  alert(id: string): { rule: string; subject: string };
  rule(id: string): unknown;
}

/** Opens the silences that are kept. */
export async function openSilences(storage: Storage, now: () => number): Promise<Silences> {
  const records = await storage.listRecords(COLLECTION);
  return new Silences(
    storage,
    now,
    records.map((record) => record.body as Silence),
  );
}

export class Silences {
  readonly #storage: Storage;
  readonly #now: () => number;
  #silences: Silence[];

  constructor(storage: Storage, now: () => number, silences: Silence[]) {
    this.#storage = storage;
    this.#now = now;
    this.#silences = silences;
  }

  /** Those that have not ended, the first to end first. */
  list(): Silence[] {
    const nowMs = this.#now();
    return this.#silences.filter((it) => it.untilMs > nowMs).toSorted((one, other) => one.untilMs - other.untilMs);
  }

  covers(ruleId: string, subject: string): boolean {
    const nowMs = this.#now();
    return this.#silences.some(
      (it) =>
        it.untilMs > nowMs &&
        (it.ruleId === null || it.ruleId === ruleId) &&
        (it.subject === null || it.subject === subject),
    );
  }

  /** `named` finds what the wanted one names. InvalidInput `unknown_field`, `invalid_silence`, `too_many_silences`. */
  async add(wanted: unknown, actor: string, named: NamedBySilence): Promise<Silence> {
    const nowMs = this.#now();
    const { alert, until, reason, ...parts } = parse(wanted);
    if (alert !== null && (parts.rule !== null || parts.subject !== null)) {
      throw new InvalidInput("invalid_silence", "alert and rule or subject were both given; expected one of them", {
        field: "alert",
      });
    }
    const { rule, subject } = alert === null ? parts : named.alert(alert);
    if (rule !== null) named.rule(rule);
    const untilMs = Date.parse(until);
    if (untilMs <= nowMs || untilMs > nowMs + MAX_MS) {
      throw new InvalidInput("invalid_silence", `until is ${until}; expected an instant within a year from now`, {
        field: "until",
      });
    }
    const silences = this.list();
    if (silences.length >= MAX_SILENCES) {
      throw new InvalidInput("too_many_silences", `${MAX_SILENCES} silences are in force already; end some of them`);
    }
    const silence = { id: randomUUID(), ruleId: rule, subject, untilMs, reason, actor, atMs: nowMs };
    await this.#storage.putRecords(COLLECTION, [{ id: silence.id, atMs: nowMs, body: silence }]);
    const ended = this.#silences.filter((it) => it.untilMs <= nowMs).map((it) => it.id);
    if (ended.length > 0) await this.#storage.deleteRecords(COLLECTION, ended);
    this.#silences = [...silences, silence];
    await this.#storage.appendAudit({ atMs: nowMs, actor, action: "alert_silenced", detail: silence });
    return silence;
  }

  /** InvalidInput `silence_not_found`. */
  async end(id: string, actor: string): Promise<void> {
    const silence = this.list().find((it) => it.id === id);
    if (silence === undefined) {
      throw new InvalidInput(
        "silence_not_found",
        `There is no silence with the id ${id}; see GET /api/v1/alerts/silences`,
        {
          field: "id",
          status: 404,
        },
      );
    }
    await this.#storage.deleteRecords(COLLECTION, [id]);
    this.#silences = this.#silences.filter((it) => it.id !== id);
    await this.#storage.appendAudit({ atMs: this.#now(), actor, action: "alert_silence_ended", detail: silence });
  }
}

function parse(wanted: unknown): z.output<typeof silenceSchema> {
  const parsed = silenceSchema.safeParse(wanted);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  if (issue.code === "unrecognized_keys") {
    throw new InvalidInput("unknown_field", `${issue.keys[0]} is not a field of a silence`, { field: issue.keys[0]! });
  }
  const field = issue.path.join(".");
  throw new InvalidInput("invalid_silence", `${field === "" ? "The body" : field} is not valid: ${issue.message}`, {
    field,
  });
}
