/** Everybody whose reports can be had, in the order in which they are listed. Apart from what reads them: settings name them too. */
export const SYNC_PROVIDERS = [
  "openai",
  "anthropic",
  "openrouter",
  "github",
  "cursor",
  "xai",
  "mistral",
  "deepseek",
  "aws",
  "azure",
  "google",
] as const;
export type SyncProvider = (typeof SYNC_PROVIDERS)[number];

/** Under which name events have the provider that a connection asks. */
export const BILLED_AS: Readonly<Record<SyncProvider, string>> = {
  openai: "openai",
  anthropic: "anthropic",
  openrouter: "openrouter",
  github: "github-copilot",
  cursor: "cursor",
  xai: "x-ai",
  mistral: "mistral",
  deepseek: "deepseek",
  aws: "aws",
  azure: "azure",
  google: "google",
};
