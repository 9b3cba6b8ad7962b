import { ask } from "../ledger/ask.ts";
import { openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import { parseQuestion } from "../ledger/question.ts";
import { importLogs, type ImportOutcome } from "./import-logs.ts";
import type { Importer, LogFile } from "./importer.ts";
import { destinationOf } from "./ledger-destination.fixture.ts";

/** A ledger of its own, into which the logs of one tool are imported. */
export interface GoldenLedger {
  ledger: OpenLedger;
  files: LogFile[];
  importFrom(machine: string, files?: LogFile[]): Promise<ImportOutcome>;
  /** The metrics of each value of a dimension, in their order. */
  rows(by: string, metrics?: string): Promise<Record<string, unknown[]>>;
}

/** `folder`: the golden folder, or another one with logs of the tool. */
export async function openGolden(importer: Importer, folder: string): Promise<GoldenLedger> {
  const ledger = await openLedger("2026-11-22T12:00:00Z");
  const files = (await importer.listFiles(folder)).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return {
    ledger,
    files,
    importFrom: (machine, chosen = files) =>
      importLogs({ importer, files: chosen, destination: destinationOf(ledger, machine), machine }),
    async rows(by, metrics = "calls,inputTokens,outputTokens") {
      const question = parseQuestion(
        { by: [by], metrics: [metrics], period: ["all"] },
        { now: ledger.now(), timeZone: "UTC" },
      );
      const answer = await ask(ledger, question);
      return Object.fromEntries(answer.rows.map(({ [by]: name, ...row }) => [name, Object.values(row)]));
    },
  };
}

/** So that they are read in the order of their paths, whenever they were checked out. */
export function ofOneTime(files: LogFile[]): LogFile[] {
  return files.map((file) => ({ ...file, modifiedMs: 0 }));
}

/** Broken places as `file:line reason`, the file without its folders. */
export function brokenIn({ broken }: ImportOutcome): string[] {
  return broken.map(({ file, line, reason }) => `${file.slice(file.lastIndexOf("/") + 1)}:${line ?? ""} ${reason}`);
}
