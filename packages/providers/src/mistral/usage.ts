import { amount, count, fields, list, text } from "../fields.ts";
import { readEnvelope, type UsageDialect } from "../openai/usage.ts";
import { blankMeasured, type CallFacts, type Measured } from "../provider.ts";

/** OpenAI's counts, seconds of audio in the prompt, and calls of connectors. */
export const mistralUsage: UsageDialect = {
  readMore: (usage) => {
    const searches = count(fields(usage["connectors"])["web_search"]);
    return {
      ...(amount(usage["prompt_audio_seconds"]) === undefined
        ? {}
        : { audioSeconds: amount(usage["prompt_audio_seconds"]) }),
      ...(searches === undefined ? {} : { searches }),
    };
  },
};

/** OCR is paid by the page. */
export function readOcr(body: unknown, call: CallFacts): Measured {
  const answer = fields(body);
  const pages = count(fields(answer["usage_info"])["pages_processed"]) ?? list(answer["pages"]).length;
  return {
    ...blankMeasured(),
    usage: pages === 0 ? null : { pages },
    usageState: pages === 0 ? "absent" : "complete",
    model: text(answer["model"]),
    geo: call.request.geo,
    ended: true,
  };
}

/** Agents' conversations: `outputs` instead of choices, and an id of their own. */
export function readConversation(body: unknown, call: CallFacts): Measured {
  const answer = fields(body);
  return {
    ...readEnvelope(answer, answer["usage"], call, mistralUsage),
    responseId: text(answer["conversation_id"]),
  };
}
