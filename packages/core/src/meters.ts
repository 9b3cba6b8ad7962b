/** Everything that is counted and priced, declared once. `per`: the quantity that a rate is quoted for. */
export const METERS = {
  input: { per: 1_000_000, unit: "tokens", label: "Input tokens" },
  cacheRead: { per: 1_000_000, unit: "tokens", label: "Cached input tokens" },
  cacheWrite: { per: 1_000_000, unit: "tokens", label: "Cache write tokens" },
  cacheWrite1h: { per: 1_000_000, unit: "tokens", label: "Cache write tokens (1 hour)" },
  output: { per: 1_000_000, unit: "tokens", label: "Output tokens" },
  reasoning: { per: 1_000_000, unit: "tokens", label: "Reasoning tokens" },
  inputAudio: { per: 1_000_000, unit: "tokens", label: "Audio input tokens" },
  cacheReadAudio: { per: 1_000_000, unit: "tokens", label: "Cached audio input tokens" },
  outputAudio: { per: 1_000_000, unit: "tokens", label: "Audio output tokens" },
  inputImage: { per: 1_000_000, unit: "tokens", label: "Image input tokens" },
  outputImage: { per: 1_000_000, unit: "tokens", label: "Image output tokens" },
  images: { per: 1, unit: "images", label: "Images" },
  audioSeconds: { per: 3_600, unit: "seconds", label: "Audio seconds" },
  characters: { per: 1_000_000, unit: "characters", label: "Characters" },
  pages: { per: 1_000, unit: "pages", label: "Pages" },
  searches: { per: 1_000, unit: "searches", label: "Searches" },
  requests: { per: 1_000, unit: "requests", label: "Requests" },
} as const satisfies Record<string, { per: number; unit: string; label: string }>;

export type Meter = keyof typeof METERS;

/** All meters, in the order in which cost lines are listed. */
export const METER_NAMES = Object.keys(METERS) as Meter[];

/** The meters that discounts and uplifts apply to unless they say otherwise: fees for tools are not discounted. */
export const TOKEN_METERS = METER_NAMES.filter((meter) => METERS[meter].unit === "tokens");
