import { resolve } from "node:path";
import { askArchive } from "../ledger/read-archive.ts";
import type { CliContext } from "./context.ts";
import { formatCount } from "./draw/values.ts";
import { printAnswer } from "./print-answer.ts";
import { CommandFailed, UsageError } from "./problem.ts";
import type { QuestionOptions } from "./question-options.ts";

/** `outlay report <kind> --archive <folder>`: from the files of an archive alone, without a store. */
export async function reportArchive(
  context: CliContext,
  by: string,
  options: QuestionOptions & { archive: string; by?: string; metrics?: string; source?: string[] },
): Promise<void> {
  const { archive, period, from, to } = options;
  if ((options.filter?.length ?? 0) > 0 || options.by !== undefined || (options.source?.length ?? 0) > 0) {
    throw new UsageError("Snapshots are totals: with --archive there are no filters and no further split.");
  }
  const folder = resolve(archive);
  const answer = await askArchive({ folder, by, period, from, to, nowMs: context.now() });
  await printAnswer(context, answer);
  const { missing, unfinished, damaged, files, from: place } = answer.archive;
  if (!context.isJson()) {
    await context.print("", context.colors.dim(`from ${formatCount(files)} ${place} snapshots in ${folder}`));
    if (unfinished.length > 0) context.note(`taken before it was over: ${shortened(unfinished)}`);
    if (missing.length > 0) context.note(`without a snapshot: ${shortened(missing)}`);
    for (const { file, reason } of damaged) context.note(`damaged: ${file}: ${reason}`);
  }
  if (damaged.length > 0) throw new CommandFailed();
}

function shortened(names: string[]): string {
  return names.length <= 10 ? names.join(", ") : `${names.slice(0, 10).join(", ")} and ${names.length - 10} more`;
}
