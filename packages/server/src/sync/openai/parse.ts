import { z } from "zod";
import type { StoredUsage } from "../../storage/storage.ts";
import { count, currency, decimal, name } from "../money-of.ts";
import type { FoundRow } from "../reported-row.ts";

const provider = "openai";

/** A page of any of the usage addresses or of the costs. */
export function pageOf<T extends z.ZodType>(result: T) {
  return z.object({
    has_more: z.boolean(),
    next_page: z.string().nullish(),
    data: z.array(z.object({ start_time: z.number().int(), results: z.array(result) })),
  });
}

const owner = { project_id: name, user_id: name, api_key_id: name, model: name, num_model_requests: count };

/** Every kind of usage in one form: counts that a kind does not have are absent. */
export const usageResult = z
  .object({
    ...owner,
    input_tokens: count,
    input_cached_tokens: count,
    input_cache_write_tokens: count,
    output_tokens: count,
    input_audio_tokens: count,
    input_cached_audio_tokens: count,
    output_audio_tokens: count,
    input_image_tokens: count,
    output_image_tokens: count,
    batch: z.boolean().nullish(),
    service_tier: name,
    images: count,
    size: name,
    source: name,
    characters: count,
    seconds: count,
    num_requests: count,
    num_sessions: count,
    usage_bytes: count,
    context_level: name,
    vector_store_id: name,
  })
  .transform((result): FoundRow => {
    const usage: StoredUsage = known({
      inputTokens: result.input_tokens,
      cacheReadTokens: result.input_cached_tokens,
      cacheWriteTokens: result.input_cache_write_tokens,
      outputTokens: result.output_tokens,
      inputAudioTokens: result.input_audio_tokens,
      cacheReadAudioTokens: result.input_cached_audio_tokens,
      outputAudioTokens: result.output_audio_tokens,
      inputImageTokens: result.input_image_tokens,
      outputImageTokens: result.output_image_tokens,
      images: result.images,
      characters: result.characters,
      audioSeconds: result.seconds,
    });
    return {
      ...ownerOf(result),
      tier: result.batch === true ? "batch" : result.service_tier,
      ...(Object.keys(usage).length === 0 ? {} : { usage }),
      requests: result.num_model_requests,
    };
  });

/** What of a tool was used, as a row of its own: `web search`, with its searches. */
export function toolRow(
  item: string,
  counted: "searches" | "requests",
): (row: z.output<typeof toolResult>) => FoundRow {
  return (result) => {
    const times = result.num_requests ?? result.num_sessions;
    return {
      ...ownerOf(result),
      item: [item, result.context_level ?? result.vector_store_id].filter((part) => part !== undefined).join(", "),
      ...(counted === "searches" && times !== undefined ? { usage: { searches: times } } : {}),
      requests: counted === "requests" ? times : undefined,
    };
  };
}

export const toolResult = z.object({
  ...owner,
  num_requests: count,
  num_sessions: count,
  context_level: name,
  vector_store_id: name,
});

function ownerOf(result: z.output<z.ZodObject<typeof owner>>) {
  return {
    provider,
    model: result.model,
    project: result.project_id,
    key: result.api_key_id,
    user: result.user_id,
  };
}

/** `gpt-5-2025-08-07, cached input` is of the model before the comma; other items name no model. */
export const costResult = z
  .object({
    amount: z.object({ value: decimal, currency }),
    line_item: name,
    project_id: name,
    api_key_id: name,
  })
  .transform(({ amount, line_item: item, project_id: project, api_key_id: key }): FoundRow => ({
    provider,
    model: modelOf(item),
    project,
    key,
    item,
    cost: amount.value,
    currency: amount.currency,
  }));

function modelOf(item: string | undefined): string | undefined {
  const [before, after] = item?.split(", ") ?? [];
  return after !== undefined && before !== undefined && /^[a-z0-9][\w.:-]*$/.test(before) ? before : undefined;
}

/** Zeros say nothing of a kind of token that nearly no call has. */
function known(counts: { [Name in keyof StoredUsage]: StoredUsage[Name] }): StoredUsage {
  return Object.fromEntries(
    Object.entries(counts).filter(
      ([meter, value]) => value !== undefined && (value !== 0 || meter === "inputTokens" || meter === "outputTokens"),
    ),
  );
}
