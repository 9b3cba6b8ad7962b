import { InvalidInput } from "@outlay/core";
import type { RecordAnswer } from "../ledger/answers.ts";
import { problemOf, problemResponse } from "./problem.ts";

/** One item, or `{ <name>: [items] }`. Throws InvalidInput when the body is neither or has too many. */
export function batchOf(body: unknown, name: "events" | "charges", maxItems: number): unknown[] {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new InvalidInput("invalid_body", `The body must be one object or { "${name}": [ … ] }`);
  }
  if (!Object.hasOwn(body, name)) return [body];
  const items = (body as Record<string, unknown>)[name];
  if (!Array.isArray(items)) throw new InvalidInput("invalid_body", `${name} must be a list`, { field: name });
  const stranger = Object.keys(body).find((key) => key !== name);
  if (stranger !== undefined) {
    throw new InvalidInput("unknown_field", `"${stranger.slice(0, 100)}" is not a known field beside ${name}`, {
      field: stranger.slice(0, 100),
    });
  }
  if (items.length > maxItems) {
    throw new InvalidInput(
      "batch_too_large",
      `${name} has ${items.length} entries; at most ${maxItems} fit a request`,
      {
        field: name,
        status: 413,
      },
    );
  }
  return items;
}

/** 200 when anything was valid; otherwise a problem document that carries the same members. */
export function answerRecorded(answer: RecordAnswer, sent: number, requestId: string): RecordAnswer | Response {
  const [first] = answer.rejected;
  if (first === undefined || answer.rejected.length < sent) return answer;
  const detail = sent === 1 ? first.reason : `None of ${sent} is valid; the first: ${first.reason}`;
  const problem = problemOf(new InvalidInput(first.code, detail, { field: first.field }), requestId);
  return problemResponse(problem, { ...answer });
}
