import type { EventUsage } from "@outlay/core";

/** Somebody who serves model calls over HTTP, and what has to be known to read them. */
export interface Provider {
  /** As in the gateway's path and our folder: `xai`. */
  name: string;
  /** As in events and prices: `x-ai`. */
  billedAs: string;
  /** Where it answers, without a slash at the end; null when every account has an address of its own. */
  baseUrl: string | null;
  /** Which requests are which operation. The first that fits counts; what fits none is forwarded unmeasured. */
  routes: Route[];
}

/** One kind of request to a provider. */
export interface Route {
  method: "POST" | "GET";
  /** Tested against the path without query. Named groups: `model`, `verb`, `deployment`. */
  path: RegExp;
  /** As in events: `chat`, `embedding`, `image`, `audio`, `rerank`, `ocr`, `count_tokens`. */
  operation: string;
  /** False where the provider charges nothing, as for counting tokens. */
  billed: boolean;
  /** What the request says about the call. Never throws: what cannot be read stays null. */
  readRequest(request: SentRequest): RequestFacts;
  /** What a whole answer says about the call. `body` is its JSON; undefined when it is none. */
  readAnswer(body: unknown, call: CallFacts): Measured;
  /** The same from the pieces of a stream. */
  openStream(call: CallFacts): AnswerFold;
  /** Makes a stream end with its usage where the provider gives that only when asked; null: nothing to add. */
  askForUsage(body: string, request: RequestFacts): string | null;
  /** A piece of a stream that is there only because usage was asked for. */
  isUsageOnly(data: string): boolean;
}

/** A request as it goes to the provider. */
export interface SentRequest {
  url: URL;
  contentType: string | null;
  /** All of it, or as much as the caller keeps. */
  body: Uint8Array;
}

/** What a request says about its call. `null` and absent: it does not say. */
export interface RequestFacts {
  model: string | null;
  streaming: boolean;
  /** The application's own id of its user: `safety_identifier`, `user`, `metadata.user_id`. */
  user: string | null;
  session: string | null;
  /** Key and value pairs that the provider keeps with the call. */
  tags: Record<string, string>;
  /** The tier that was asked for; what was served stands in the answer. */
  serviceTier: string | null;
  /** Region or data zone of the address, where the price depends on it. */
  geo: string | null;
  /** The most that may be generated, reasoning included. */
  maxOutputTokens: number | null;
  /** How many answers, or pictures, are asked for at once: `n`, `candidateCount`, `sampleCount`. */
  choices: number;
  /** The client asked for usage at the end of its stream, or the provider gives it unasked. */
  usageAsked: boolean;
  /** What is counted from the request because no answer repeats it: characters to speak, size of images. */
  usage: EventUsage;
}

/** What is known of a call when its answer is read. */
export interface CallFacts {
  request: RequestFacts;
  /** HTTP status of the answer. */
  status: number;
  /** A header of the answer by its name in lower case. */
  header(name: string): string | null;
}

/** What an answer says about its call. */
export interface Measured {
  /** Inclusive totals; null when the answer has none. */
  usage: EventUsage | null;
  /** `partial`: the stream was cut; `usage` is what it had said until then. */
  usageState: "complete" | "partial" | "absent";
  /** The model that answered; null when the answer does not say. */
  model: string | null;
  /** The provider's id of the answer. */
  responseId: string | null;
  /** The tier that served the call. */
  serviceTier: string | null;
  geo: string | null;
  /** What the provider says it charged. */
  reportedCostUsd: number | null;
  /** Why the model stopped, in the provider's word: `length`, `end_turn`, `SAFETY`. */
  stopReason: string | null;
  /** What went wrong, also inside a stream that had begun well. */
  error: { type: string; message: string } | null;
  /** Other models that worked on the answer and are billed at their own prices. */
  otherModels: { model: string; usage: EventUsage }[];
  /** Calls of built-in tools that are charged apart and have no meter of ours: `file_search_call: 2`. */
  toolCalls: Record<string, number>;
  /** What was generated as text, thoughts and arguments of tools: to estimate tokens when the answer has none. */
  produced: Produced;
  /** The answer came to its end: its last event was seen, or its body was whole. */
  ended: boolean;
  /** Pieces that could not be read. */
  unreadable: number;
}

/** Text that came by: how much, and its beginning. */
export interface Produced {
  characters: number;
  /** At most `MAX_SAMPLE_CHARACTERS` from the start. */
  sample: string;
}

/** Puts together what the pieces of a stream say. */
export interface AnswerFold {
  /** One piece: parsed JSON, with the name of its event where the stream gives names. */
  take(piece: unknown, event: string | null): void;
  /** The stream said that it is over (`data: [DONE]`). */
  close(): void;
  /** What is known so far. */
  measured(): Measured;
}

/** Enough text to know how many characters make a token; more would be kept for nothing. */
const MAX_SAMPLE_CHARACTERS = 16_384;

/** An answer of which nothing is known yet. */
export function blankMeasured(): Measured {
  return {
    usage: null,
    usageState: "absent",
    model: null,
    responseId: null,
    serviceTier: null,
    geo: null,
    reportedCostUsd: null,
    stopReason: null,
    error: null,
    otherModels: [],
    toolCalls: {},
    produced: { characters: 0, sample: "" },
    ended: false,
    unreadable: 0,
  };
}

/** A request of which nothing is known yet. */
export function blankRequest(): RequestFacts {
  return {
    model: null,
    streaming: false,
    user: null,
    session: null,
    tags: {},
    serviceTier: null,
    geo: null,
    maxOutputTokens: null,
    choices: 1,
    usageAsked: true,
    usage: {},
  };
}

/** Counts generated text and keeps its beginning. */
export function addProduced(produced: Produced, text: unknown): void {
  if (typeof text !== "string" || text === "") return;
  produced.characters += text.length;
  const room = MAX_SAMPLE_CHARACTERS - produced.sample.length;
  if (room > 0) produced.sample += text.length <= room ? text : text.slice(0, room);
}
