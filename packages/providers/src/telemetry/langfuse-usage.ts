import type { EventUsage } from "@outlay/core";
import { count, fields, firstCount, sum, type Fields } from "../fields.ts";
import { buildUsage } from "../usage-builder.ts";

/**
 * Counts as Langfuse's clients send them; null when there are none. Its own words stand beside each other: `input` is
 * what is left when each `input_…` has its own. OpenAI's and Gemini's words are totals with parts inside, Anthropic's
 * have the cached tokens beside. Where there is a total, it decides instead: clients mix these up.
 *
 *   input 50, input_cached_tokens 1,000, output 20                   → input 1,050
 *   input 17,903, input_cached_tokens 17,817, output 9, total 17,912 → input 17,903
 *   input_tokens 10, cache_read_input_tokens 1,000, output_tokens 5  → input 1,010
 */
export function usageOfDetails(details: Fields): EventUsage | null {
  const said = readDetails(details);
  const { parts } = said;
  let { input, output } = said;
  if (input === undefined && output === undefined) input = said.total;
  const cached = (parts.cacheRead ?? 0) + (parts.cacheWrite ?? 0);
  const besideInput = cached + parts.otherInput;
  const besideOutput = (parts.reasoning ?? 0) + parts.otherOutput;
  const beyond = said.total === undefined ? null : said.total - (input ?? 0) - (output ?? 0) - parts.toolInput;
  let addsInput = said.areCachedBeside;
  let addsOutput = said.isReasoningBeside;
  if (beyond === 0) [addsInput, addsOutput] = [false, false];
  else if (beyond === besideInput + besideOutput) [addsInput, addsOutput] = [true, true];
  else if (beyond === besideInput) [addsInput, addsOutput] = [true, false];
  else if (beyond === besideOutput) [addsInput, addsOutput] = [false, true];
  // No part can be larger than its whole.
  addsInput ||= cached > (input ?? 0);
  addsOutput ||= (parts.reasoning ?? 0) > (output ?? 0);
  const usage = buildUsage({
    inputTokens: sum(input, addsInput && besideInput > 0 ? besideInput : undefined, parts.toolInput || undefined),
    cacheReadTokens: parts.cacheRead,
    cacheWriteTokens: parts.cacheWrite,
    cacheWrite1hTokens: parts.cacheWrite1h,
    outputTokens: sum(output, addsOutput && besideOutput > 0 ? besideOutput : undefined),
    reasoningTokens: parts.reasoning,
    inputAudioTokens: parts.inputAudio,
    outputAudioTokens: parts.outputAudio,
    inputImageTokens: parts.inputImage,
    outputImageTokens: parts.outputImage,
    searches: parts.searches,
  });
  return Object.keys(usage).length === 0 ? null : usage;
}

interface Details {
  input: number | undefined;
  output: number | undefined;
  total: number | undefined;
  parts: Parts;
  /** Without a total to decide: does the input leave out what has its own count? */
  areCachedBeside: boolean;
  isReasoningBeside: boolean;
}

interface Parts {
  cacheRead: number | undefined;
  cacheWrite: number | undefined;
  cacheWrite1h: number | undefined;
  reasoning: number | undefined;
  inputAudio: number | undefined;
  outputAudio: number | undefined;
  inputImage: number | undefined;
  outputImage: number | undefined;
  searches: number | undefined;
  /** What a tool put into the prompt: never inside. */
  toolInput: number;
  /** What is a part of the input, or of the output, but no cached or reasoning tokens. */
  otherInput: number;
  otherOutput: number;
}

function readDetails(details: Fields): Details {
  const flat = flatten(details);
  const find = (pattern: RegExp): number | undefined => {
    const found = [...flat].flatMap(([name, value]) => (pattern.test(name) ? [value] : []));
    // Several spellings of one count: the largest, as one may be left at 0.
    return found.length === 0 ? undefined : Math.max(...found);
  };
  const write5m = find(/^(input_)?(cache_(creation|write)_|ephemeral_)(input_)?5m/);
  const write1h = find(/^(input_)?(cache_(creation|write)_|ephemeral_)(input_)?1h/);
  const write = find(/^(input_)?cache_(creation|write)(_input)?(_tokens)?$/);
  const split = write5m === undefined && write1h === undefined ? undefined : (write5m ?? 0) + (write1h ?? 0);
  const parts: Parts = {
    cacheRead: find(CACHE_READ),
    cacheWrite: write === undefined ? split : Math.max(write, split ?? 0),
    cacheWrite1h: write1h,
    reasoning: find(REASONING),
    inputAudio: find(/^input_audio(_tokens)?$/),
    outputAudio: find(/^output_audio(_tokens)?$/),
    inputImage: find(/^input_image(_tokens)?$/),
    outputImage: find(/^output_image(_tokens)?$/),
    searches: find(/^web_search_requests$/),
    toolInput: find(/^tool_use_prompt(_token_count)?$/) ?? 0,
    otherInput: 0,
    otherOutput: 0,
  };
  for (const [name, value] of flat) {
    if (isWhole(name) || CACHE.test(name) || REASONING.test(name)) continue;
    if (name.startsWith("input_")) parts.otherInput += value;
    if (name.startsWith("output_")) parts.otherOutput += value;
  }
  const own = flat.has("input") || flat.has("output");
  return {
    input: firstCount(...INPUT.map((name) => flat.get(name))),
    output: firstCount(...OUTPUT.map((name) => flat.get(name))),
    total: firstCount(...TOTAL.map((name) => flat.get(name))),
    parts,
    areCachedBeside: own || (flat.has("input_tokens") && ANTHROPIC.some((name) => flat.has(name))),
    isReasoningBeside: own || flat.has("candidates_token_count"),
  };
}

const INPUT = ["input", "prompt_tokens", "input_tokens", "prompt_token_count", "prompt"];
const OUTPUT = ["output", "completion_tokens", "output_tokens", "candidates_token_count", "completion"];
const TOTAL = ["total", "total_tokens", "total_token_count"];
const WHOLES = new Set([...INPUT, ...OUTPUT, ...TOTAL]);
const ANTHROPIC = ["cache_read_input_tokens", "cache_creation_input_tokens"];
const CACHE_READ =
  /^(input_)?(cache_read(_input)?|prompt_cache_hit|cached(_input|_content)?|cached_prompt|cache)(_tokens?)?(_count)?$/;
const CACHE = /cache|ephemeral_/;
const REASONING = /^(output_)?(reasoning(_output)?|thinking|thoughts)(_tokens?)?(_count)?$/;

const isWhole = (name: string): boolean => WHOLES.has(name) || name.endsWith("text") || name.endsWith("text_tokens");

/** Every count by one spelling of its name; those of nested details with `input_` or `output_` in front. */
function flatten(details: Fields): Map<string, number> {
  const flat = new Map<string, number>();
  const add = (name: string, value: unknown): void => {
    const known = count(value);
    if (known !== undefined) flat.set(name, Math.max(known, flat.get(name) ?? 0));
  };
  for (const [key, value] of Object.entries(details)) {
    const name = snakeCase(key);
    const inner = Object.entries(fields(value));
    if (inner.length === 0) add(name, value);
    const side = /^(prompt|input)_/.test(name) ? "input_" : /^(completion|output)_/.test(name) ? "output_" : "";
    for (const [innerKey, innerValue] of inner) add(prefixed(snakeCase(innerKey), side), innerValue);
  }
  return flat;
}

const prefixed = (name: string, side: string): string => (name.startsWith(side) ? name : side + name);

/** `promptTokens` and `prompt-tokens` are `prompt_tokens`. */
function snakeCase(name: string): string {
  return name
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .replaceAll(/[\s.-]+/g, "_")
    .toLowerCase();
}
