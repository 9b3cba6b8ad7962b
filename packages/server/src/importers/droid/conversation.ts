import { readLines } from "../read-lines.ts";
import { fieldsOf, textOf } from "../read-values.ts";

/** What is told at the beginning of a conversation. */
export interface ToldBefore {
  /** The folder that Droid was started in. */
  cwd: string | null;
  /** As Droid shows it to itself: `Claude Opus 4.5 Thinking [Anthropic]`. */
  model: string | null;
}

/** So far is looked: both stand in the first messages. */
const MAX_LINES = 500;

/** From the first lines of a conversation; nothing else of it is kept. A conversation that is gone tells nothing. */
export async function readConversation(path: string): Promise<ToldBefore> {
  const told: ToldBefore = { cwd: null, model: null };
  try {
    for await (const lines of readLines(path, { offsetBytes: 0, line: 1 })) {
      for (const { number, bytes } of lines) {
        if (number > MAX_LINES || (told.cwd !== null && told.model !== null)) return told;
        const line = bytes?.toString("utf8") ?? "";
        if (number === 1) told.cwd = cwdIn(line);
        told.model ??= textOf(/Model:\s*([^"\\\n]+?)\s*(?:["\\\n]|$)/.exec(line)?.[1]);
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  return told;
}

/** The first line is of type `session_start`. */
function cwdIn(line: string): string | null {
  try {
    return textOf(fieldsOf(JSON.parse(line))["cwd"]);
  } catch {
    return null;
  }
}
