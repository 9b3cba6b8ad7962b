import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findSecret, makeSecret } from "../keys/secret.ts";
import { startMockProvider } from "../mock-provider/mock-provider.ts";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import type { Storage } from "../storage/storage.ts";
import { askReported, type ReportedAnswer, type ReportedGroup } from "./ask-reported.ts";
import { newConnectionSchema } from "./connection.ts";
import { openSync, type Sync, type SyncConnection } from "./sync.ts";

/** Everything that providers report, from a mock provider over real HTTP; nobody waits, but the clock moves as if. */
export interface OpenedSync {
  sync: Sync;
  storage: Storage;
  dataDir: string;
  mockUrl: string;
  /** Moves the clock. */
  setNow(iso: string): void;
  /** Milliseconds of each wait so far. */
  waits: number[];
  /** See mock-provider/organisation. */
  organisation(change: Record<string, unknown>): Promise<void>;
  /** Paths of the requests since last asked. */
  requests(): Promise<string[]>;
  add(wanted: Record<string, unknown>): Promise<SyncConnection>;
  ask(
    by: ReportedGroup[],
    filters?: Record<string, string>,
    range?: { from: string; to: string },
  ): Promise<ReportedAnswer>;
  failures: unknown[];
  /** As after a restart of the process. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/** Keys that the mock provider takes. */
export const KEYS = {
  openai: "sk-admin-0000000000",
  anthropic: "sk-ant-admin01-0000",
  openrouter: "sk-or-v1-0000000000",
  github: "github_pat_0000000",
  cursor: "key_000000000000",
  xai: "xai-token-000000000",
  mistral: "mistral-0000000000",
  deepseek: "sk-0000000000000",
};

export async function openTestSync(now: string): Promise<OpenedSync> {
  const dataDir = await mkdtemp(join(tmpdir(), "outlay-sync-"));
  const [storage, mock] = await Promise.all([openSqliteStorage({ dataDir }), startMockProvider({ port: 0 })]);
  let nowMs = Date.parse(now);
  const open = () =>
    openSync({
      storage,
      secret: { find: () => findSecret(dataDir, null), make: () => makeSecret(dataDir) },
      now: () => nowMs,
      urls: () => ({
        openai: `${mock.url}/openai`,
        anthropic: `${mock.url}/anthropic`,
        openrouter: `${mock.url}/openrouter`,
        github: `${mock.url}/github`,
        cursor: `${mock.url}/cursor`,
        xai: `${mock.url}/xai-management`,
        mistral: `${mock.url}/mistral-admin`,
        deepseek: `${mock.url}/deepseek`,
      }),
      logFailure: (error) => opened.failures.push(error),
      sleep: async (ms) => {
        opened.waits.push(ms);
        nowMs += ms;
      },
    });
  const opened: OpenedSync = {
    sync: undefined as unknown as Sync,
    storage,
    dataDir,
    mockUrl: mock.url,
    setNow(iso) {
      nowMs = Date.parse(iso);
    },
    waits: [],
    async organisation(change) {
      const answer = await fetch(`${mock.url}/mock/organisation`, { method: "PUT", body: JSON.stringify(change) });
      if (!answer.ok) throw new Error(await answer.text());
    },
    async requests() {
      const answer = await fetch(`${mock.url}/mock/requests`);
      const { requests } = (await answer.json()) as { requests: { path: string }[] };
      await fetch(`${mock.url}/mock/requests`, { method: "DELETE" });
      return requests.map(({ path }) => decodeURIComponent(path));
    },
    add: (wanted) => opened.sync.create(newConnectionSchema.parse(wanted), "test"),
    ask: (by, filters = {}, range = { from: "2026-11-01", to: "2026-12-01" }) =>
      askReported(storage, { ...range, by, filters, limit: 1_000 }, nowMs),
    failures: [],
    async reopen() {
      await opened.sync.close();
      opened.sync = await open();
    },
    async close() {
      await opened.sync.close();
      await mock.close();
      await storage.close();
      await rm(dataDir, { recursive: true });
    },
  };
  opened.sync = await open();
  await opened.organisation({ today: now.slice(0, 10) });
  return opened;
}
