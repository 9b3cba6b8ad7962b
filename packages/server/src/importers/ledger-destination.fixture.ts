import { usdNumber } from "@outlay/core";
import type { Ledger } from "../ledger/ledger.ts";
import { reviseUsage } from "../ledger/revise-usage.ts";
import type { FileProgress } from "./file-progress.ts";
import type { Destination } from "./import-logs.ts";

/** A ledger as a destination, as `outlay import` reaches it over REST. */
export function destinationOf(ledger: Ledger, machine: string): Destination {
  const collection = `imports of ${machine}`;
  return {
    async record(events) {
      const answer = await reviseUsage(ledger, events, { keep: "largest", within: "source" });
      return {
        recorded: answer.accepted,
        known: answer.duplicates,
        grown: answer.revised,
        refused: answer.rejected,
        costUsd: usdNumber(answer.addedNanoUsd),
      };
    },
    async readProgress() {
      return (await ledger.storage.listRecords(collection)).map(({ body }) => body as FileProgress);
    },
    async keepProgress(files) {
      await ledger.storage.putRecords(
        collection,
        files.map((file) => ({ id: file.id, atMs: file.modifiedMs, body: file })),
      );
    },
  };
}
