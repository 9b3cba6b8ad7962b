import type { WireEvent } from "@outlay/core";
import { generateEvents } from "./generate.ts";
import { createRandom } from "./random.ts";
import { uuidV7 } from "./uuid-v7.ts";

/** Watching the demo for hours must not make its costs look absurd: no long prompts and no pictures among the live calls. */
const inputTokensMax = 3_000;

/**
 * Calls for the live view, one whenever the next is asked for, at the instant that `now` then says. They are the
 * organisation's everyday ones, in sessions of their own; without end.
 */
export function* liveCalls(options: { seed: number; now: () => number }): Generator<WireEvent, never, undefined> {
  const { seed, now } = options;
  for (let round = 0; ; round++) {
    const random = createRandom(seed, round, 3);
    const drawn = generateEvents({ seed: random.bits(), untilMs: now(), days: 1, totalEvents: 400 });
    for (const event of drawn) {
      if ((event.usage?.inputTokens ?? 0) > inputTokensMax || event.operation === "image") continue;
      const atMs = now();
      yield {
        ...event,
        id: uuidV7(atMs, random),
        occurredAt: new Date(atMs).toISOString(),
        session: `live-${round.toString(36)}-${event.session}`,
      };
    }
  }
}
