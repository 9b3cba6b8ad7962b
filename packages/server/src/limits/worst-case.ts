import { InvalidInput, MAX_COST_USD, type EventUsage } from "@outlay/core";
import type { PriceBook } from "../prices/price-book.ts";
import type { LearnedSizes, Size, SizedRoute } from "./learned-sizes.ts";
import type { WorstCase } from "./limit.ts";

/** A request, as far as it decides what its call can cost. */
export interface AskedCall extends SizedRoute {
  /** When it begins: prices have dates and hours. */
  atMs: number;
  request: RequestSize;
  /** The most that may be generated for each answer; null: the request does not say. */
  maxOutputTokens: number | null;
  /** How many answers, or pictures, are asked for. */
  choices: number;
  /** The tier that was asked for. */
  serviceTier: string | null;
  geo: string | null;
  /** What the request itself says of its usage: characters to speak, size of pictures. */
  usage: EventUsage;
}

/** How much a request gives to read. */
export interface RequestSize {
  /** Of its texts with everything around them: no token is shorter than a byte. */
  textBytes: number;
  /** Pictures, and bytes of whatever else is no text. */
  pictures: number;
  mediaBytes: number;
  /** Its prompt may be written to a cache, which costs more than reading it. */
  cacheWrites: "none" | "short" | "long";
  /** The provider may search, for a fee. */
  maySearch: boolean;
}

/** What calls stay below that are alike. */
const LIKELY = 0.95;
/** Where neither request nor history says how long an answer may be: the largest answer that common models give. */
const MOST_OUTPUT_TOKENS = 128_000;
/** What most answers stay below, as long as nothing is learned of a route. */
const USUAL_OUTPUT_TOKENS = 2_000;
/** No model reads more. */
const MOST_INPUT_TOKENS = 10_000_000;
/** English and code have four bytes a token, JSON and other languages fewer. */
const USUAL_TOKENS_PER_BYTE = 0.4;
const MOST_TOKENS_PER_PICTURE = 50_000;
const USUAL_TOKENS_PER_PICTURE = 2_000;
/** A picture of the best quality that is billed by its tokens. */
const MOST_TOKENS_PER_MADE_PICTURE = 16_000;
/** Spoken text is compressed to no less than 8 kbit a second. */
const LEAST_BYTES_PER_SECOND = 1_000;
const USUAL_BYTES_PER_SECOND = 8_000;
const TOKENS_PER_SECOND = 32;
const WORDS_TOKENS_PER_SECOND = 10;
const SPOKEN_TOKENS_PER_CHARACTER = 4;
/** Mistral reads so many pages at once; nobody else reads more. */
const MOST_PAGES = 1_000;
const USUAL_PAGES = 20;
const MOST_SEARCHES = 20;
const USUAL_SEARCHES = 2;
/** A search unit of reranking covers a hundred documents. */
const BYTES_PER_RERANK_UNIT = 1_000;
const MOST_NANO_USD = MAX_COST_USD * 1e9;

/**
 * What a call may cost: with everything that its request allows, and what calls of its route and model mostly stay below.
 * Priced as the call will be: with the tier it asks for, in its region, at its hour, past the thresholds of long prompts.
 */
export function worstCaseOf(prices: PriceBook, sizes: LearnedSizes, call: AskedCall): WorstCase {
  const most = mostUsage(sizes, call);
  const mostNanoUsd = highestCost(prices, call, most);
  const mostTokens = (most.inputTokens ?? 0) + (most.outputTokens ?? 0);
  if (mostNanoUsd === null) return { mostNanoUsd, likelyNanoUsd: null, mostTokens };
  if (mostNanoUsd === 0) return { ...leastOf(prices, call), mostTokens };
  const likely = costOfUsage(prices, call, likelyUsage(sizes, call));
  return { mostNanoUsd, likelyNanoUsd: likely === null ? null : Math.min(likely, mostNanoUsd), mostTokens };
}

/** One of everything that has a price. */
const ANYTHING: EventUsage = {
  inputTokens: 1e6,
  outputTokens: 1e6,
  images: 1,
  audioSeconds: 3_600,
  characters: 1e6,
  pages: 1_000,
  searches: 1_000,
};

/** A call that seems to use nothing is free only where everything is: an empty request is none to be trusted. */
function leastOf(prices: PriceBook, call: AskedCall): Pick<WorstCase, "mostNanoUsd" | "likelyNanoUsd"> {
  const least = rated(prices, call, { ...call.usage, ...ANYTHING }, null) === 0 ? 0 : 1;
  return { mostNanoUsd: least, likelyNanoUsd: least };
}

/** In nano-dollars; null: no price. */
export function costOfUsage(prices: PriceBook, call: AskedCall, usage: EventUsage): number | null {
  return rated(prices, call, usage, call.serviceTier);
}

/** What calls of this route and model mostly use. */
export function likelyUsage(sizes: LearnedSizes, call: AskedCall): EventUsage {
  const { request, choices } = call;
  const learned = (size: Size) => sizes.size(call, size, LIKELY);
  const perKilobyte = learned("inputTokensPerKilobyte");
  const perByte = perKilobyte === null ? USUAL_TOKENS_PER_BYTE : perKilobyte / 1_024;
  const inputTokens = Math.ceil(
    request.textBytes * perByte + request.pictures * USUAL_TOKENS_PER_PICTURE + request.mediaBytes / 8,
  );
  const perAnswer = learned("outputTokens") ?? USUAL_OUTPUT_TOKENS;
  const outputTokens = Math.ceil(Math.min(perAnswer, call.maxOutputTokens ?? perAnswer) * choices);
  return usageOf(call, {
    inputTokens: Math.min(inputTokens, MOST_INPUT_TOKENS),
    outputTokens,
    madePictureTokens: outputTokens,
    audioSeconds: learned("audioSeconds") ?? bytesOf(request) / USUAL_BYTES_PER_SECOND,
    pages: learned("pages") ?? USUAL_PAGES,
    searches: learned("searches") ?? (request.maySearch ? USUAL_SEARCHES : 0),
    rerankUnits: 1 + Math.floor(request.textBytes / (BYTES_PER_RERANK_UNIT * 10)),
  });
}

/** Everything that the request allows, and at least the largest that was ever seen of its kind. */
function mostUsage(sizes: LearnedSizes, call: AskedCall): EventUsage {
  const { request, choices } = call;
  const seen = (size: Size) => sizes.size(call, size, 1) ?? 0;
  // What stands behind ids and addresses is not in the request: then more was seen than a token for each byte.
  const perByte = Math.max(1, seen("inputTokensPerKilobyte") / 1_024);
  const inputTokens = Math.ceil(
    request.textBytes * perByte + request.pictures * MOST_TOKENS_PER_PICTURE + request.mediaBytes,
  );
  const perAnswer = call.maxOutputTokens ?? Math.max(MOST_OUTPUT_TOKENS, seen("outputTokens"));
  return usageOf(call, {
    inputTokens: Math.min(inputTokens, MOST_INPUT_TOKENS),
    outputTokens: Math.ceil(perAnswer * choices),
    madePictureTokens: MOST_TOKENS_PER_MADE_PICTURE * choices,
    audioSeconds: Math.max(seen("audioSeconds"), bytesOf(request) / LEAST_BYTES_PER_SECOND),
    pages: MOST_PAGES,
    searches: Math.max(seen("searches"), request.maySearch ? MOST_SEARCHES : 0),
    rerankUnits: 1 + Math.floor(request.textBytes / BYTES_PER_RERANK_UNIT),
  });
}

function bytesOf({ textBytes, mediaBytes }: RequestSize): number {
  return textBytes + mediaBytes;
}

interface Quantities {
  inputTokens: number;
  outputTokens: number;
  madePictureTokens: number;
  audioSeconds: number;
  pages: number;
  searches: number;
  rerankUnits: number;
}

/** The counts that calls of this operation are billed by; those without a rate cost nothing. */
function usageOf(call: AskedCall, most: Quantities): EventUsage {
  const { usage: said, choices } = call;
  const { inputTokens, outputTokens } = most;
  switch (call.operation) {
    case "embedding":
    case "classify":
      return { ...said, inputTokens };
    case "rerank":
      return { ...said, inputTokens, searches: most.rerankUnits };
    case "image":
      return { ...said, inputTokens, images: choices, ...pictureTokens(most.madePictureTokens) };
    case "audio":
      return said.characters === undefined ? heard(said, most) : spoken(said, inputTokens, said.characters);
    case "ocr":
      return { ...said, inputTokens, pages: most.pages };
    default:
      return { ...said, inputTokens, outputTokens, searches: most.searches };
  }
}

function pictureTokens(tokens: number): EventUsage {
  return { outputTokens: tokens, outputImageTokens: tokens };
}

function heard(said: EventUsage, { audioSeconds }: Quantities): EventUsage {
  const tokens = Math.ceil(audioSeconds * TOKENS_PER_SECOND);
  const outputTokens = Math.ceil(audioSeconds * WORDS_TOKENS_PER_SECOND);
  return { ...said, audioSeconds, inputTokens: tokens, inputAudioTokens: tokens, outputTokens };
}

function spoken(said: EventUsage, inputTokens: number, characters: number): EventUsage {
  const tokens = characters * SPOKEN_TOKENS_PER_CHARACTER;
  return { ...said, inputTokens, outputTokens: tokens, outputAudioTokens: tokens };
}

/** The request may be served at the usual price instead of the tier's, and written to a cache instead of only read. */
function highestCost(prices: PriceBook, call: AskedCall, usage: EventUsage): number | null {
  const { serviceTier, request } = call;
  const input = usage.inputTokens ?? 0;
  const usages = [usage];
  if (request.mediaBytes > 0) usages.push({ ...usage, inputAudioTokens: Math.min(input, request.mediaBytes) });
  if (request.cacheWrites !== "none") usages.push({ ...usage, cacheWriteTokens: input });
  if (request.cacheWrites === "long") {
    usages.push({ ...usage, cacheWriteTokens: input, cacheWrite1hTokens: input });
  }
  const tiers = serviceTier === null ? [null] : [null, serviceTier];
  let highest: number | null = null;
  for (const it of usages) {
    for (const tier of tiers) {
      const cost = rated(prices, call, it, tier);
      if (cost !== null && cost > (highest ?? -1)) highest = cost;
    }
  }
  return highest;
}

function rated(prices: PriceBook, call: AskedCall, usage: EventUsage, serviceTier: string | null): number | null {
  const { provider, model, operation, atMs, geo } = call;
  try {
    return prices.rate({ provider, model, operation, occurredAtMs: atMs, usage, serviceTier, geo }).costNanoUsd;
  } catch (error) {
    // More than any call costs.
    if (error instanceof InvalidInput) return MOST_NANO_USD;
    throw error;
  }
}
