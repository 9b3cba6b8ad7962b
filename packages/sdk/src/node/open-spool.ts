import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";

import { environment } from "../outlay-client.ts";
import type { Spool } from "../platform.ts";
import { SpoolFolder } from "./spool-folder.ts";
import { SpoolWriter } from "./spool-writer.ts";

const DEFAULT_LIMIT_BYTES = 256_000_000;
/** Platforms whose disk does not outlive the function. */
const FUNCTION_PLATFORMS = ["AWS_LAMBDA_FUNCTION_NAME", "VERCEL", "K_SERVICE", "FUNCTIONS_WORKER_RUNTIME", "NETLIFY"];

/** The spool that the options, or the environment, ask for; null for none. */
export function openSpool(options: {
  folder: string | false | undefined;
  limitBytes: number | undefined;
  /** Events go where they were meant to go: each destination has a spool of its own. */
  destination: string;
}): Spool | null {
  const wanted = options.folder ?? environment("OUTLAY_SPOOL");
  if (wanted === false || wanted === "off" || wanted === "") return null;
  if (wanted === undefined && FUNCTION_PLATFORMS.some((name) => environment(name) !== undefined)) return null;
  const folder = wanted ?? join(homedir(), ".outlay", "spool");
  const destination = createHash("sha256").update(options.destination).digest("hex").slice(0, 16);
  return new SpoolWriter(new SpoolFolder(join(folder, destination)), {
    limitBytes: options.limitBytes ?? DEFAULT_LIMIT_BYTES,
    wanted: wanted !== undefined,
  });
}
