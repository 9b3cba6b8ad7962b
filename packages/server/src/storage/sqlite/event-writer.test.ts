import { join } from "node:path";
import fc from "fast-check";
import { afterEach, expect, it } from "vitest";

import { encodeBatch } from "./batch-message.ts";
import { openDatabase } from "./driver.ts";
import { EventWriter } from "./event-writer.ts";
import { randomEvents, seededRandom, temporaryFolder } from "./random-events.fixture.ts";
import { migrate } from "./schema.ts";

const folder = temporaryFolder();
afterEach(() => folder.remove());

const DAY_MS = 86_400_000;
const firstMs = Date.UTC(2026, 9, 20);

it("finds ids that were there before wherever they stand in a batch, and numbers the others without a gap", () => {
  const database = openDatabase(join(folder.path, "events.sqlite"), { readOnly: false, cacheKb: 2_000 });
  migrate(database);
  const writer = new EventWriter(database);
  const events = randomEvents(seededRandom(5), 60, firstMs, firstMs + DAY_MS);
  const stored: string[] = [];
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 59 }), { maxLength: 40 }), (places) => {
      const batch = places.map((place, index) => ({ ...events[place]!, id: `${events[place]!.id}${index % 2}` }));
      const seen = new Set(stored);
      const duplicates: number[] = [];
      batch.forEach(({ id }, index) => {
        if (seen.has(id)) duplicates.push(index);
        seen.add(id);
      });
      const result = writer.transaction(() => writer.append(encodeBatch(batch)));
      expect(result).toEqual({ firstSeq: stored.length + 1, duplicates, expired: [] });
      stored.push(...batch.filter((_, index) => !duplicates.includes(index)).map(({ id }) => id));
      const rows = database.prepare("SELECT seq, id FROM events ORDER BY seq").all();
      expect(rows).toEqual(stored.map((id, index) => [index + 1, id]));
    }),
    { numRuns: 40 },
  );
  database.close();
});
