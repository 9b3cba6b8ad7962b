import { overlayStorage } from "../storage/overlay-storage.ts";
import type { ChargesQuestion, Filter, RecordedCharge, Storage, StoredEvent } from "../storage/storage.ts";
import { narrowSessions } from "./narrow-sessions.ts";
import { narrowStats } from "./narrow-stats.ts";
import { narrowTagKeys, narrowValues } from "./narrow-values.ts";

/**
 * The storage as if it held only the events and charges of these users; without users, nothing. Questions get a filter more.
 * What has no filters is answered from the events that are theirs, so that a session which several people share has for each of
 * them only their own part.
 */
export function narrowStorage(storage: Storage, users: readonly string[]): Storage {
  const own: Filter = { dimension: "user", values: [...users], patterns: [], exclude: false };
  const narrow = <Question extends { filters: Filter[] }>(question: Question): Question => ({
    ...question,
    filters: [...question.filters, own],
  });
  const isTheirs = ({ user }: StoredEvent) => user !== undefined && users.includes(user);
  const narrowed: Storage = overlayStorage(storage, {
    sum: (question) => storage.sum(narrow(question)),
    countDistinct: (question) => storage.countDistinct(narrow(question)),
    moments: (question) => storage.moments(narrow(question)),
    listEvents: (question) => storage.listEvents(narrow(question)),
    scanEvents: (question) => storage.scanEvents(narrow(question)),
    async getEvent(id) {
      const event = await storage.getEvent(id);
      return event !== null && isTheirs(event) ? event : null;
    },
    async getEvents(ids) {
      return (await storage.getEvents(ids)).filter(isTheirs);
    },
    listCharges: (question) => chargesOf(storage, users, question),
    ...narrowSessions(() => ({ whole: storage, narrowed })),
    listValues: (dimension, options) => narrowValues(storage, narrowed, dimension, options),
    listTagKeys: () => narrowTagKeys(storage, narrowed),
    stats: () => narrowStats(storage, narrowed),
  });
  return narrowed;
}

/** Newest first, as the storage lists them; charges of nobody are not theirs. */
async function chargesOf(
  storage: Storage,
  users: readonly string[],
  question: ChargesQuestion,
): Promise<RecordedCharge[]> {
  const asked = question.user === undefined ? users : users.filter((user) => user === question.user);
  const lists = await Promise.all(asked.map((user) => storage.listCharges({ ...question, user })));
  const all = lists.length === 1 ? lists[0]! : lists.flat().toSorted((a, b) => b.occurredAtMs - a.occurredAtMs);
  return question.limit === undefined ? all : all.slice(0, question.limit);
}
