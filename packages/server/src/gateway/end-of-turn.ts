import type { ServerResponse } from "node:http";

/** Up to here a body goes out as one text with its head. */
const MAX_JOINED_BYTES = 16_384;

interface WholeAnswer {
  outgoing: ServerResponse;
  body: Buffer;
}

let answers: WholeAnswer[] = [];
let works: (() => void)[] = [];
let isSet = false;

/**
 * Ends an answer whose head is set, at the end of this turn of the event loop: all that has arrived is read before. Answers
 * that go out in a row find a client that has many connections awake; with other work between them each write woke it anew,
 * which took longer than writing.
 */
export function endAnswer(outgoing: ServerResponse, body: Buffer): void {
  answers.push({ outgoing, body });
  setEnd();
}

/** Does what no client waits for, behind the answers of this turn. `work` does not throw. */
export function afterAnswers(work: () => void): void {
  works.push(work);
  setEnd();
}

function setEnd(): void {
  if (isSet) return;
  isSet = true;
  setImmediate(endTurn);
}

function endTurn(): void {
  const [ending, working] = [answers, works];
  answers = [];
  works = [];
  isSet = false;
  for (const answer of ending) end(answer);
  for (const work of working) work();
}

/** A small body goes out together with the head when it is text for Node; Latin-1 keeps each byte as it is. */
function end({ outgoing, body }: WholeAnswer): void {
  if (body.length <= MAX_JOINED_BYTES) outgoing.end(body.toString("latin1"), "latin1");
  else outgoing.end(body);
}
