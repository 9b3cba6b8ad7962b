import type { RateTable } from "./compiled-price.ts";
import type { WireUsage } from "./event.ts";
import { TOKEN_METERS } from "./meters.ts";
import { METER_INDEX } from "./usage.ts";

const {
  input: INPUT,
  output: OUTPUT,
  inputAudio: INPUT_AUDIO,
  cacheReadAudio: CACHE_READ_AUDIO,
  outputAudio: OUTPUT_AUDIO,
  outputImage: OUTPUT_IMAGE,
  images: IMAGES,
  audioSeconds: AUDIO_SECONDS,
} = METER_INDEX;

const TOKENS = TOKEN_METERS.map((meter) => METER_INDEX[meter]);

const UNSPLIT = "The source does not say which output tokens are images; all are priced as image tokens";

/** Whether a call states one piece of work twice: its images, or its audio, beside tokens. */
export function isCountedTwice(quantities: Float64Array): boolean {
  const isDrawn = quantities[IMAGES]! > 0 && (quantities[OUTPUT]! > 0 || quantities[OUTPUT_IMAGE]! > 0);
  return isDrawn || (quantities[AUDIO_SECONDS]! > 0 && TOKENS.some((token) => quantities[token]! > 0));
}

/**
 * Some price sheets price the same image or recording by tokens and by the piece, the second for callers who know
 * only that. Tokens are what is billed: where they are given and priced, the piece is taken out of `amounts`.
 * Output tokens of a call with images are image tokens when the source does not split them; worth a note where
 * text is priced otherwise. `whole` are the call's quantities, of which `amounts` pay `table`.
 */
export function payOnce(
  usage: WireUsage,
  table: RateTable,
  amounts: Float64Array,
  whole: Float64Array,
): { amounts: Float64Array; note?: string } {
  if (!isCountedTwice(whole)) return { amounts };
  const once = Float64Array.from(amounts);
  if (isAudioPaidByTokens(table, whole)) once[AUDIO_SECONDS] = 0;
  if (amounts[IMAGES] === 0) return { amounts: once };
  if (amounts[OUTPUT_IMAGE]! > 0) {
    if (table.source("outputImage") !== null) once[IMAGES] = 0;
    return { amounts: once };
  }
  const imageRate = table.rate("outputImage");
  if (imageRate === null || amounts[OUTPUT] === 0) return { amounts: once };
  once[IMAGES] = 0;
  if (usage.outputImageTokens != null) return { amounts: once };
  once[OUTPUT_IMAGE] = amounts[OUTPUT]!;
  once[OUTPUT] = 0;
  const textRate = table.rate("output");
  const isSame =
    textRate !== null && textRate.numerator * imageRate.denominator === imageRate.numerator * textRate.denominator;
  return isSame ? { amounts: once } : { amounts: once, note: UNSPLIT };
}

/** Audio tokens, or tokens of a model whose audio is priced by the token. */
function isAudioPaidByTokens(table: RateTable, whole: Float64Array): boolean {
  const isPaid = (quantity: number, meter: "inputAudio" | "cacheReadAudio" | "outputAudio") =>
    quantity > 0 && table.source(meter) !== null;
  if (isPaid(whole[INPUT_AUDIO]!, "inputAudio") || isPaid(whole[CACHE_READ_AUDIO]!, "cacheReadAudio")) return true;
  if (isPaid(whole[OUTPUT_AUDIO]!, "outputAudio")) return true;
  return (
    (whole[INPUT]! > 0 && table.rate("inputAudio") !== null) ||
    (whole[OUTPUT]! > 0 && table.rate("outputAudio") !== null)
  );
}
