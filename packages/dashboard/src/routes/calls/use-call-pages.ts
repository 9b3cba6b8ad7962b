import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import type { Call } from "../../api/answers.ts";
import { CALLS_IN_A_PAGE, callsPageQuestion } from "../../api/calls.ts";
import type { CallsEdition } from "../../api/calls.ts";

/** A list of any length of which only what is looked at is there. */
export interface CallPages {
  /** Rows that are known to be there, and a page of those that may be. */
  rows: number;
  /** Undefined: on its way. */
  callAt: (index: number) => Call | undefined;
  /** Where the call stands, as far as it is there; -1. */
  indexOf: (id: string) => number;
  error: Error | null;
}

/** Where a page starts; its size is known once it has been read, and full until then. */
interface KnownPage {
  cursor: string | null;
  size: number | null;
}

const NOTHING_READ: readonly KnownPage[] = [{ cursor: null, size: null }];

/** Reads the pages of the rows `first` to `last`, the one after them, and the newest. `edition` must not change: mount anew for another. */
export function useCallPages(edition: CallsEdition, first: number, last: number): CallPages {
  const [known, setKnown] = useState(NOTHING_READ);
  const wanted = pagesOf(first, last, known.length);
  const answers = useQueries({
    queries: wanted.map((page) => callsPageQuestion(edition, known[page]?.cursor ?? null)),
  });
  const read = new Map(wanted.map((page, index) => [page, answers[index]]));

  for (const page of wanted) {
    const answer = read.get(page)?.data;
    if (answer === undefined) continue;
    const next = learn(known, page, answer.events.length, answer.nextCursor);
    if (next === known) continue;
    setKnown(next);
    break;
  }

  const size = known.at(-1)?.size ?? CALLS_IN_A_PAGE;
  return {
    rows: (known.length - 1) * CALLS_IN_A_PAGE + size,
    callAt: (index) => read.get(Math.floor(index / CALLS_IN_A_PAGE))?.data?.events[index % CALLS_IN_A_PAGE],
    indexOf: (id) => {
      for (const [page, answer] of read) {
        const place = answer?.data?.events.findIndex((call) => call.id === id) ?? -1;
        if (place >= 0) return page * CALLS_IN_A_PAGE + place;
      }
      return -1;
    },
    error: answers.find(({ error }) => error !== null)?.error ?? null,
  };
}

/** The newest page always: asked again, it would have other calls than those that the second one follows. */
function pagesOf(first: number, last: number, known: number): number[] {
  const from = Math.floor(Math.max(0, first) / CALLS_IN_A_PAGE);
  const to = Math.min(known - 1, Math.floor(Math.max(0, last) / CALLS_IN_A_PAGE) + 1);
  const pages = [0];
  for (let page = Math.max(1, from); page <= to; page++) pages.push(page);
  return pages;
}

/** What is known after a page was read. A page that has got another end than before makes all behind it unknown. */
function learn(
  known: readonly KnownPage[],
  page: number,
  size: number,
  nextCursor: string | null,
): readonly KnownPage[] {
  const before = known[page];
  if (before === undefined) return known;
  const follower = known[page + 1];
  if (before.size === size && (follower?.cursor ?? null) === nextCursor) return known;
  const upToHere = [...known.slice(0, page), { cursor: before.cursor, size }];
  return nextCursor === null ? upToHere : [...upToHere, { cursor: nextCursor, size: null }];
}
