/** What became of the calls, since the client was made. */
export interface Counters {
  /** Handed over by this application. */
  tracked: number;
  /** Taken over from the spool of processes that ended before they could send. */
  adopted: number;
  /** Stored by the server for the first time. */
  sent: number;
  /** Stored already: a repeat after an answer that got lost. */
  duplicates: number;
  /** Refused by the server as not valid. */
  rejected: number;
  /** Not acknowledged yet, in memory or on disk: tracked + adopted − sent − duplicates − rejected − dropped. */
  waiting: number;
  /** Of waiting: safe on disk. */
  spooled: number;
  /** Given up, by reason. */
  dropped: Record<string, number>;
}

/** Why a call was given up. `spool_file_gone`: another process took the file over, or somebody deleted it. */
export type DropReason =
  | "buffer_full"
  | "spool_full"
  | "spool_failed"
  | "spool_file_gone"
  | "spool_corrupt"
  | "unreadable"
  | "closed";

/** The running sums behind `Counters`. */
export class Tally {
  tracked = 0;
  adopted = 0;
  sent = 0;
  duplicates = 0;
  rejected = 0;
  readonly #dropped = new Map<DropReason, number>();

  drop(reason: DropReason, events: number): void {
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + events);
  }

  counters(spooled: number): Counters {
    const { tracked, adopted, sent, duplicates, rejected } = this;
    const dropped = Object.fromEntries(this.#dropped);
    const given = Object.values(dropped).reduce((sum, count) => sum + count, 0);
    const waiting = tracked + adopted - sent - duplicates - rejected - given;
    return { tracked, adopted, sent, duplicates, rejected, waiting, spooled, dropped };
  }
}
