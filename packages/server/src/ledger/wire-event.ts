import type { StoredEvent } from "../storage/storage.ts";
import type { EventAnswer } from "./answers.ts";

export function wireEvent(_stored: StoredEvent): EventAnswer {
  throw new Error("in work");
}
