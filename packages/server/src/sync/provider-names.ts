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
