import { InvalidInput, shown } from "@outlay/core";
import { anthropic } from "./anthropic/fetch.ts";
import { aws } from "./aws/aws.ts";
import { azure } from "./azure/azure.ts";
import { cursor } from "./cursor/fetch.ts";
import { deepseek } from "./deepseek/fetch.ts";
import { github } from "./github/fetch.ts";
import { google } from "./google/google.ts";
import { mistral } from "./mistral/fetch.ts";
import { openai } from "./openai/fetch.ts";
import { openrouter } from "./openrouter/fetch.ts";
import type { ProviderKind, Series } from "./provider-kind.ts";
import { SYNC_PROVIDERS, type SyncProvider } from "./provider-names.ts";
import { xai } from "./xai/fetch.ts";

const KINDS: Record<SyncProvider, ProviderKind> = {
  openai,
  anthropic,
  openrouter,
  github,
  cursor,
  xai,
  mistral,
  deepseek,
  aws,
  azure,
  google,
};

/** InvalidInput `unknown_sync_provider`. */
export function providerKind(name: string): ProviderKind {
  if (Object.hasOwn(KINDS, name)) return KINDS[name as SyncProvider];
  throw new InvalidInput(
    "unknown_sync_provider",
    `provider is ${shown(name)}; expected one of ${SYNC_PROVIDERS.join(", ")}`,
    { field: "provider" },
  );
}

/** A list of days by its name; undefined: of a version of Outlay that had more of them. */
export function seriesOf(provider: string, name: string): Series | undefined {
  return Object.values(KINDS)
    .find((it) => it.name === provider)
    ?.series.find((it) => it.name === name);
}
