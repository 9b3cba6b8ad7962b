import { createHash } from "node:crypto";
import { MAX_ID_LENGTH } from "@outlay/core";

/** `<tool>:<name>`: the same for every copy of a call. A hash stands for a name that is too long or no clean text. */
export function eventId(tool: string, name: string): string {
  const id = `${tool}:${name}`;
  return id.length <= MAX_ID_LENGTH && !/[\p{Cc}\p{Cs}]/u.test(id) ? id : `${tool}:${hashOf(name)}`;
}

/** Ids of answers this long are drawn at random. Servers on one's own machine count theirs: `chatcmpl-12`. */
const UNIQUE_ID_LENGTH = 20;

/** The id of a call from that of its provider's answer; a short one names it only together with its time. */
export function eventIdOfAnswer(tool: string, answerId: string, occurredAtMs: number): string {
  return eventId(tool, answerId.length >= UNIQUE_ID_LENGTH ? answerId : `${answerId}:${occurredAtMs}`);
}

/** The id of a call that its tool gives none: from all that it says. */
export function eventIdOfContent(tool: string, ...content: unknown[]): string {
  return `${tool}:${hashOf(JSON.stringify(content))}`;
}

function hashOf(content: string): string {
  return createHash("sha256").update(content).digest("base64url").slice(0, 32);
}
