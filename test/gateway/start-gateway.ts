import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { get } from "../api.ts";
import { startServer, type RunningServer } from "../start-server.ts";

/** A recorded call, as far as the tests look at it. */
export interface RecordedCall {
  id: string;
  seq: number;
  provider: string;
  model: string;
  requestedModel?: string;
  operation: string;
  usage: Record<string, number>;
  costUsd: number | null;
  basis: string;
  credential?: string;
  user?: string;
  session?: string;
  tags?: Record<string, string>;
  durationMs: number;
  timeToFirstTokenMs?: number;
  streaming: boolean;
  success: boolean;
  errorType?: string;
  errorMessage?: string;
  attempt: number;
  metadata?: Record<string, unknown>;
}

/** A real server whose gateway the tests call. */
export interface RunningGateway {
  server: RunningServer;
  /** With `/gateway`, without a slash at its end. */
  url: string;
  /** The recorded call with this id, once it is there. */
  call(id: string | null | undefined): Promise<RecordedCall>;
  /** The next calls that it records, once there are so many; older ones than the last answer are left out. */
  recorded(count: number): Promise<RecordedCall[]>;
  stop(): Promise<void>;
}

/** Starts a server with settings, in the form of `outlay.config.json`, and a folder of its own. */
export async function startGateway(options: {
  args?: string[];
  env?: Record<string, string>;
  nodeArgs?: string[];
}): Promise<RunningGateway> {
  const dataDir = mkdtempSync(join(tmpdir(), "outlay-gateway-"));
  const server = await startServer({ dataDir, ...options });
  let lastSeq = 0;
  return {
    server,
    url: `${server.url}/gateway`,
    async call(id) {
      if (id == null) throw new Error("the answer has no event id");
      for (let tries = 0; ; tries += 1) {
        const answer = await fetch(`${server.url}/api/v1/events/${encodeURIComponent(id)}`);
        if (answer.ok) return (await answer.json()) as RecordedCall;
        if (tries > 500) throw new Error(`event ${id} was not recorded: ${await answer.text()}`);
        await answer.body?.cancel();
        await sleep(20);
      }
    },
    async recorded(count) {
      for (let tries = 0; ; tries += 1) {
        const { events } = await get<{ events: RecordedCall[] }>(server.url, "/api/v1/events?limit=500");
        const fresh = events.filter(({ seq }) => seq > lastSeq).toReversed();
        if (fresh.length >= count) {
          lastSeq = fresh.at(-1)?.seq ?? lastSeq;
          return fresh;
        }
        if (tries > 500) throw new Error(`${fresh.length} calls were recorded instead of ${count}`);
        await sleep(20);
      }
    },
    async stop() {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The setting that sends a provider's calls to an address. */
export function providersAt(baseUrls: Record<string, string>): Record<string, string> {
  const settings = Object.entries(baseUrls).map(([name, baseUrl]) => [name, { baseUrl }]);
  return { OUTLAY_PROVIDERS: JSON.stringify(Object.fromEntries(settings)) };
}
