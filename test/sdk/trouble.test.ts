import { expect, it } from "vitest";

import { exportedEvents, verifyRollups } from "../api.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { startApplication } from "./application.ts";
import { openMoodyDoor, type Mood } from "./moody-door.ts";

const CALLS = 100_000;
/** What a bare Node with sources has is about 60 MB. */
const MAX_MEMORY_MB = 170;
/** Each part of the calls meets another trouble. */
const TROUBLES: Mood[] = ["down", "500", "hang", "stranger", "busy"];

it(
  `loses none of ${CALLS} calls and counts none twice while the server is down, broken, hanging, restarted`,
  { timeout: 300_000 },
  async () => {
    const dataDir = temporaryFolder();
    const first = await startServer({ dataDir });
    const door = await openMoodyDoor();
    const application = startApplication({
      name: "call",
      options: { url: door.url, spool: temporaryFolder(), timeoutMs: 1_000 },
      pauseEvery: 100,
    });

    const part = CALLS / (TROUBLES.length + 2);
    let from = 0;
    const trackPart = () => {
      const count = Math.min(Math.ceil(part), CALLS - from);
      from += count;
      return application.do({ track: { from: from - count, count } });
    };
    for (const mood of TROUBLES) {
      await door.be(mood, first.url);
      await trackPart();
      // One attempt at least must meet the trouble.
      expect((await application.do({ flush: 20_000 })).result).toBe("spooled");
    }
    // It takes calls and dies before it can say so; then another one comes.
    await door.be("forgetful");
    await trackPart();
    await application.do({ flush: 2_000 });
    await door.be("good");
    const sending = application.do({ flush: 60_000 });
    await first.kill();
    await sending;
    const second = await startServer({ dataDir });
    await door.be("good", second.url);
    await trackPart();
    expect(from).toBe(CALLS);

    // An attempt may still meet the end of a trouble.
    for (let turn = 0; turn < 100; turn++) {
      if ((await application.do({ flush: 20_000 })).result === "sent") break;
    }
    const end = await application.do({ close: 20_000, end: true });
    expect(end.result).toBe("sent");
    expect(end.thrown).toEqual([]);
    expect(end.counters).toMatchObject({ tracked: CALLS, waiting: 0, spooled: 0, rejected: 0 });
    expect(end.counters.sent + end.counters.duplicates).toBe(CALLS);
    expect(end.mostMb).toBeLessThan(MAX_MEMORY_MB);
    expect(await application.ended).toEqual({ code: 0, signal: null });

    const ids = (await exportedEvents(second.url)).map(({ id }) => id);
    expect(ids.length).toBe(CALLS);
    expect(new Set(ids).size).toBe(CALLS);
    expect(await verifyRollups(second.url)).toMatchObject({ different: 0 });
    await second.stop();
  },
);
