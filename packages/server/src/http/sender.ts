import type { Context } from "hono";
import type { Sender } from "../telemetry/add-attribution.ts";
import { principalOf } from "./authorize.ts";
import type { HttpEnvironment } from "./environment.ts";

/** Whose calls these are by the Outlay key that they come with; nobody's when they come without. */
export function senderOf(c: Context<HttpEnvironment>): Sender {
  const principal = principalOf(c);
  if (principal.kind !== "key") return {};
  return { ...(principal.key.attribution as Sender), credential: principal.key.name };
}

/** Events as they were sent, with what the sender's key says where they say nothing themselves. What is no event stays as it is. */
export function withSender(events: unknown[], sender: Sender): unknown[] {
  const { tags, ...owners } = sender;
  const said = Object.entries(owners);
  if (said.length === 0 && tags == null) return events;
  return events.map((event) => {
    if (typeof event !== "object" || event === null || Array.isArray(event)) return event;
    const completed: Record<string, unknown> = { ...event };
    for (const [name, value] of said) completed[name] ??= value;
    if (tags != null) completed["tags"] = withTags(completed["tags"], tags);
    return completed;
  });
}

/** What is no object is left for the check of the event. */
function withTags(own: unknown, tags: Record<string, string | null>): unknown {
  if (own === undefined || own === null) return tags;
  return typeof own === "object" && !Array.isArray(own) ? { ...tags, ...own } : own;
}
