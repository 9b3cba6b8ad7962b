import { createHash } from "node:crypto";
import { InvalidInput } from "@outlay/core";
import type { Storage } from "../storage/storage.ts";

/** Counts failed sign-ins, so that passwords cannot be guessed by trying. What it counted survives a restart. */
export interface SignInThrottle {
  /**
   * Counts a try before it is known how it ends, so that many at once count too. Resolves when that is stored.
   * InvalidInput `too_many_sign_ins`, with how long to wait; whether there is such an account makes no difference.
   */
  begin(attempt: Attempt): Promise<Try>;
}

/** Who tries, and from where. */
export interface Attempt {
  /** What they say they are: an e-mail address, or what stands for it. */
  account: string;
  /** Of the client's network. */
  address: string;
}

export interface Try {
  /** It was the right password: this try does not count, and neither do the account's earlier ones from this address. */
  succeeded(): Promise<void>;
}

/** Within fifteen minutes. An address may have many people behind it; an account may be tried from many addresses. */
const WINDOW_MS = 15 * 60_000;
const ALLOWED = { accountFromAddress: 8, account: 40, address: 60 };

const COLLECTION = "failed-sign-ins";

/** Tries that count, oldest first. */
interface Counter {
  triesMs: number[];
}

/** Reads what was counted before a restart. */
export async function openSignInThrottle(storage: Storage, now: () => number): Promise<SignInThrottle> {
  const counters = new Map<string, number[]>();
  const kept = await storage.listRecords(COLLECTION);
  for (const { id, body } of kept) counters.set(id, (body as Counter).triesMs);

  const recent = (id: string) => (counters.get(id) ?? []).filter((ms) => ms > now() - WINDOW_MS);
  const store = async (ids: string[]) => {
    const records = ids.map((id) => ({ id, atMs: now(), body: { triesMs: counters.get(id) ?? [] } satisfies Counter }));
    await storage.putRecords(COLLECTION, records);
  };
  const forget = async (ids: string[]) => {
    for (const id of ids) counters.delete(id);
    if (ids.length > 0) await storage.deleteRecords(COLLECTION, ids);
  };

  return {
    async begin(attempt) {
      const ids = countersOf(attempt);
      requireRoom(
        ids.map(([id, allowed]) => ({ triesMs: recent(id), allowed })),
        now(),
      );
      const atMs = now();
      for (const [id] of ids) counters.set(id, [...recent(id), atMs]);
      await store(ids.map(([id]) => id));
      await forget([...counters.keys()].filter((id) => recent(id).length === 0));
      return {
        async succeeded() {
          const [own, account, address] = ids.map(([id]) => id) as [string, string, string];
          for (const id of [account, address]) counters.set(id, withoutOne(counters.get(id) ?? [], atMs));
          await store([account, address]);
          await forget([own]);
        },
      };
    },
  };
}

/** What is counted is kept without telling who tried. */
function countersOf({ account, address }: Attempt): [id: string, allowed: number][] {
  const name = account.trim().toLowerCase();
  const network = networkOf(address);
  return [
    [digest(`${name}\n${network}`), ALLOWED.accountFromAddress],
    [digest(name), ALLOWED.account],
    [digest(`\n${network}`), ALLOWED.address],
  ];
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

/** Who has one address of an IPv6 network has 2^64 of them. */
function networkOf(address: string): string {
  if (!address.includes(":") || address.startsWith("::ffff:")) return address.replace("::ffff:", "");
  const [head = "", tail] = address.split("%")[0]!.split("::");
  const before = head.split(":").filter(Boolean);
  const after = tail === undefined ? [] : tail.split(":").filter(Boolean);
  const groups = [...before, ...Array.from({ length: 8 - before.length - after.length }, () => "0"), ...after];
  return `${groups.slice(0, 4).join(":")}::/64`;
}

function requireRoom(counters: { triesMs: number[]; allowed: number }[], nowMs: number): void {
  const waitsMs = counters
    .filter(({ triesMs, allowed }) => triesMs.length >= allowed)
    .map(({ triesMs, allowed }) => triesMs.at(-allowed)! + WINDOW_MS - nowMs);
  if (waitsMs.length === 0) return;
  throw new TooManySignIns(Math.max(1, Math.ceil(Math.max(...waitsMs) / 1_000)));
}

/** Answered with 429 and `retry-after`. */
export class TooManySignIns extends InvalidInput {
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    const wait =
      retryAfterSeconds > 90 ? `${Math.ceil(retryAfterSeconds / 60)} minutes` : `${retryAfterSeconds} seconds`;
    const code = "too_many_sign_ins";
    super(
      code,
      `Too many failed sign-ins for this account or from this address: wait ${wait}, also if the password is right`,
      { status: 429 },
    );
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

function withoutOne(triesMs: number[], atMs: number): number[] {
  const index = triesMs.indexOf(atMs);
  return index === -1 ? triesMs : triesMs.toSpliced(index, 1);
}
