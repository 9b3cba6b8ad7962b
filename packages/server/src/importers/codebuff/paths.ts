import { basename, dirname, join } from "node:path";
import { existingFolders, filesBelow, namedPaths } from "../find-logs.ts";
import type { LogFile, Place } from "../importer.ts";

const CHANNELS = ["manicode", "manicode-dev", "manicode-staging"];

/** The folders `projects` of the channels that are there. */
export function findFolders({ env, homeDir }: Place): Promise<string[]> {
  const named = namedPaths(env["CODEBUFF_DATA_DIR"], homeDir);
  const config = env["XDG_CONFIG_HOME"]?.trim() || join(homeDir, ".config");
  const homes = named.length > 0 ? named : CHANNELS.map((channel) => join(config, channel));
  return existingFolders(homes.map((home) => (basename(home) === "projects" ? home : join(home, "projects"))));
}

/** The conversations of all projects. */
export function listFiles(path: string): Promise<LogFile[]> {
  return filesBelow(path, (name) => name === "chat-messages.json", "projects");
}

/** `<project>/chats/<chat>/chat-messages.json`; a chat is named by the time at which it began. */
export function placeOf({ path }: Pick<LogFile, "path">): { project: string; chat: string; beganAt: string } {
  const chatFolder = dirname(path);
  const chat = basename(chatFolder);
  // 2026-06-01T10-00-00.000Z
  const beganAt = chat.replace(/T(\d\d)-(\d\d)-(\d\d)/, "T$1:$2:$3");
  return { project: basename(dirname(dirname(chatFolder))), chat, beganAt };
}
