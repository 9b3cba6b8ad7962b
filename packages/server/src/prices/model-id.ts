import { canonicalProvider } from "./canonical-provider.ts";

/** An id as a provider's price list would spell it. */
export interface ModelId {
  /** Lower case, without the path around the name. */
  id: string;
  /** The region or data zone that the id names, where it names one. */
  geo?: string;
  /** OpenRouter's variant behind the colon: `free`, `nitro`, … */
  variant?: string;
}

/** Paths that stand before the name: Gemini's `models/…`, Vertex' `publishers/…`, Fireworks' `accounts/…`. */
const PATHS = /^(?:models|(?:projects\/[^/]+\/locations\/[^/]+\/)?publishers\/[^/]+\/models|accounts\/[^/]+\/models)\//;
const OPENROUTER_VARIANT = /^(.+):(free|nitro|floor|online|exacto)$/;
const AZURE_ZONE = /^(us|eu|apac|global|global-standard|regional)\/(.+)$/;

/**
 * Reads a model's id as given at a provider: paths and the provider's own name in front are taken off.
 * `bedrock/us-east-1/anthropic.claude-3-haiku-20240307-v1:0` at AWS is `anthropic.claude-3-haiku-20240307-v1:0`.
 */
export function readModelId(provider: string, model: string): ModelId {
  let id = model.trim().toLowerCase();
  const vertexLocation = /^projects\/[^/]+\/locations\/([^/]+)\//.exec(id)?.[1];
  id = id.replace(PATHS, "");
  const slash = id.indexOf("/");
  if (slash > 0 && canonicalProvider(id.slice(0, slash)) === provider && !isOwnRouter(provider, id)) {
    id = id.slice(slash + 1).replace(PATHS, "");
  }
  if (provider === "aws") return { id: id.slice(id.lastIndexOf("/") + 1) };
  if (provider === "azure") {
    const [, zone, name] = AZURE_ZONE.exec(id) ?? [];
    if (name !== undefined) return { id: name, geo: zone! };
  }
  if (provider === "openrouter") {
    const [, name, variant] = OPENROUTER_VARIANT.exec(id) ?? [];
    if (name !== undefined) return { id: name, variant: variant! };
  }
  return vertexLocation === undefined ? { id } : { id, geo: vertexLocation };
}

/** `openrouter/auto` is a model of OpenRouter's own; `openrouter/anthropic/claude-…` only names the router. */
function isOwnRouter(provider: string, id: string): boolean {
  return provider === "openrouter" && id.split("/").length === 2;
}

const GEOGRAPHY = /^(?:us-gov|us|eu|apac|jp|au|ca|in|sa|me|af|regional)\.(?=[a-z0-9-]+\.)/;
const REVISION = /-v\d+(?::\d+)?(?::[\w]+)?$|:\d+(?::[\w]+)?$/;
const DATE = /[-@](20\d{2})-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])$/;

/**
 * The same snapshot in one spelling: without a geography prefix (`us.`; `global.` has prices of its own and
 * stays), Bedrock's `-vN:0`, `@` before a date, and `-latest`.
 */
export function snapshotName(provider: string, id: string): string {
  let name = id;
  if (provider === "aws") name = name.replace(GEOGRAPHY, "").replace(REVISION, "");
  return name.replace(DATE, "-$1$2$3").replace(/[-@:](latest|default)$/, "");
}

/** Gemini's stable versions: `gemini-2.0-flash-001` is what `gemini-2.0-flash` stands for. */
const STABLE_VERSION = /^(gemini-\d+\.\d+-(?:pro|flash|flash-lite|flash-8b))-00\d$/;

/** The model behind a snapshot: its name without the date, or Gemini's version. */
export function familyName(provider: string, id: string): string {
  return snapshotName(provider, id).replace(DATE, "").replace(STABLE_VERSION, "$1");
}
