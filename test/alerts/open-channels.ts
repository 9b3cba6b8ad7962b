import { openChannels } from "../../packages/server/src/alerts/channels/open-channels.ts";
import type { ChannelsOptions } from "../../packages/server/src/alerts/channels/open-channels.ts";
import { findSecret, makeSecret } from "../../packages/server/src/keys/secret.ts";
import { openSqliteStorage } from "../../packages/server/src/storage/sqlite/sqlite-storage.ts";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";

/** Channels over a real store; receivers on 127.0.0.1 are allowed. Opened again on the same folder, they go on. */
export async function openTestChannels(options: Partial<ChannelsOptions> & { dataDir?: string } = {}) {
  const { dataDir = temporaryFolder(), ...rest } = options;
  const storage = await openSqliteStorage({ dataDir });
  const failures: unknown[] = [];
  const channels = await openChannels({
    storage,
    secret: { find: () => findSecret(dataDir, null), make: () => makeSecret(dataDir) },
    now: () => Date.now(),
    baseUrl: () => "https://costs.example.com",
    timeZone: "Europe/Berlin",
    allowInternal: ["127.0.0.1"],
    logFailure: (error) => failures.push(error),
    retryDelaysMs: [20, 20, 20],
    ...rest,
  });
  let isOpen = true;
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    await channels.close();
    await storage.close();
  };
  onTestFinished(close);
  return { channels, book: channels.book, storage, dataDir, failures, close };
}
