import type { Storage } from "../storage/storage.ts";

/** How a rule's last look went. */
export interface LastLook {
  atMs: number;
  /** Such as that there is too little data yet; null: nothing to say. */
  note: string | null;
  /** Why it could not look; null: it could. */
  failure: string | null;
}

const DOCUMENT = "alerts/looks";

interface KeptLooks {
  upToSeq: number;
  looks: Record<string, LastLook>;
}

/** Looks of the process before, by rule; none when anything was recorded after them. */
export async function readKeptLooks(storage: Storage): Promise<Map<string, LastLook>> {
  const [kept, upToSeq] = await Promise.all([
    storage.getDocument(DOCUMENT) as Promise<KeptLooks | null>,
    lastSeq(storage),
  ]);
  return new Map(kept?.upToSeq === upToSeq ? Object.entries(kept.looks) : []);
}

/** Looks that have seen all that is stored. */
export async function keepLooks(storage: Storage, looks: Map<string, LastLook>): Promise<void> {
  const kept: KeptLooks = { upToSeq: await lastSeq(storage), looks: Object.fromEntries(looks) };
  await storage.putDocument(DOCUMENT, kept);
}

/** Of an empty stretch of time: it costs nothing to say what a sum covers. */
async function lastSeq(storage: Storage): Promise<number> {
  const { upToSeq } = await storage.sum({ startMs: 0, endMs: 1, by: [], filters: [] });
  return upToSeq;
}
