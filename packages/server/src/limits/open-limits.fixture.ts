import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { watchStorage } from "../storage/watch-storage.ts";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import type { RecordedCharge, RecordedEvent, Storage } from "../storage/storage.ts";
import type { CallToCheck, Verdict } from "./limit.ts";
import { openLimits, type Limits } from "./limits.ts";

/** Limits over a data folder of their own, with a clock that tests move. */
export interface OpenLimits {
  dataDir: string;
  limits: Limits;
  /** What is stored here, the limits are told. */
  storage: Storage;
  failures: unknown[];
  now(): number;
  setNow(time: string | number): void;
  /** As after a kill: what was in memory is gone, what was written is there. */
  crash(): Promise<void>;
  /** Ends in good order and starts again. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function openLimitsFixture(time: string, timeZone = "UTC"): Promise<OpenLimits> {
  const dataDir = mkdtempSync(join(tmpdir(), "outlay-limits-"));
  const store = await openSqliteStorage({ dataDir });
  let nowMs = Date.parse(time);
  const now = () => nowMs;
  const failures: unknown[] = [];
  const logFailure = (error: unknown) => failures.push(error);
  const open = async () => {
    const { limits, watch } = await openLimits({ storage: store, dataDir, now, timeZone, logFailure });
    fixture.limits = limits;
    fixture.storage = watchStorage(store, watch);
  };
  const fixture: OpenLimits = {
    dataDir,
    limits: undefined as unknown as Limits,
    storage: store,
    failures,
    now,
    setNow(at) {
      nowMs = typeof at === "string" ? Date.parse(at) : at;
    },
    crash: open,
    async restart() {
      await fixture.limits.close();
      await open();
    },
    async close() {
      await fixture.limits.close();
      await store.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  await open();
  return fixture;
}

let nextId = 0;

export function newId(): string {
  return `call-${nextId++}`;
}

/** A call of alice's that costs at most so much. */
export function aCall(costUsd: number | null, rest: Partial<CallToCheck> = {}): CallToCheck {
  const nanoUsd = costUsd === null ? null : Math.round(costUsd * 1e9);
  return {
    eventId: newId(),
    provider: "openai",
    model: "gpt-5",
    dimensions: { user: "alice" },
    tags: {},
    worstCase: { mostNanoUsd: nanoUsd, likelyNanoUsd: null, mostTokens: 1_000 },
    ...rest,
  };
}

/** The event of a call of alice's. */
export function anEvent(
  costUsd: number | null,
  occurredAtMs: number,
  rest: Partial<RecordedEvent> = {},
): RecordedEvent {
  const costNanoUsd = costUsd === null ? null : Math.round(costUsd * 1e9);
  return {
    id: newId(),
    occurredAtMs,
    provider: "openai",
    model: "gpt-5",
    operation: "chat",
    usage: { inputTokens: 600, outputTokens: 400 },
    user: "alice",
    success: true,
    source: "test",
    basis: costNanoUsd === null ? "unpriced" : "rated",
    costNanoUsd,
    computedNanoUsd: costNanoUsd,
    reportedNanoUsd: null,
    cacheSavingsNanoUsd: 0,
    avoidedNanoUsd: 0,
    priceId: null,
    approximate: false,
    ...rest,
  };
}

export function aCharge(amountUsd: number, occurredAtMs: number, rest: Partial<RecordedCharge> = {}): RecordedCharge {
  return { id: newId(), occurredAtMs, kind: "one_off", amountNanoUsd: Math.round(amountUsd * 1e9), ...rest };
}

export function passed(verdict: Verdict): Extract<Verdict, { kind: "pass" }> {
  if (verdict.kind !== "pass") throw new Error(`refused: ${JSON.stringify(verdict)}`);
  return verdict;
}

export function refused(verdict: Verdict): Extract<Verdict, { kind: "refused" }> {
  if (verdict.kind !== "refused") throw new Error("not refused");
  return verdict;
}
