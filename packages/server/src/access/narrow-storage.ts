import { overlayStorage } from "../storage/overlay-storage.ts";
import type { Filter, Storage, StoredEvent } from "../storage/storage.ts";

/** The storage as if it held only the events and charges of these users; without users, nothing. What it keeps is the whole's. */
export function narrowStorage(storage: Storage, users: readonly string[]): Storage {
  const own: Filter = { dimension: "user", values: [...users], patterns: [], exclude: false };
  const narrow = <Question extends { filters: Filter[] }>(question: Question): Question => ({
    ...question,
    filters: [...question.filters, own],
  });
  const isTheirs = ({ user }: StoredEvent) => user !== undefined && users.includes(user);
  return overlayStorage(storage, {
    sum: (question) => storage.sum(narrow(question)),
    countDistinct: (question) => storage.countDistinct(narrow(question)),
    listEvents: (question) => storage.listEvents(narrow(question)),
    scanEvents: (question) => storage.scanEvents(narrow(question)),
    async getEvent(id) {
      const event = await storage.getEvent(id);
      return event !== null && isTheirs(event) ? event : null;
    },
    async getEvents(ids) {
      return (await storage.getEvents(ids)).filter(isTheirs);
    },
  });
}
