import { setTimeout as sleep } from "node:timers/promises";
import { liveCalls } from "../demo/live-calls.ts";
import type { Api } from "./context.ts";
import { sendJson } from "./get-json.ts";

/** Records a made-up call every one to two and a half seconds until asked to stop. */
export async function playLiveCalls(
  api: Api,
  options: { seed: number; now: () => number; until: Promise<void> },
): Promise<void> {
  const { seed, now, until } = options;
  const stop = new AbortController();
  const stopping = until.then(() => stop.abort());
  for (const call of liveCalls({ seed, now })) {
    await sendJson(api, "POST", "/api/v1/events", call);
    const pauseMs = 1_000 + 1_500 * Math.random();
    await Promise.race([sleep(pauseMs, undefined, { signal: stop.signal }).catch(() => {}), stopping]);
    if (stop.signal.aborted) return;
  }
}
