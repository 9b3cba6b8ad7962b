import type { z } from "zod";
import type { Ask } from "./ask-provider.ts";
import type { SyncProvider } from "./provider-names.ts";
import type { DayTable } from "./reported-row.ts";

/** Whole UTC days: start included, end excluded. */
export interface Window {
  startMs: number;
  endMs: number;
}

/** What a fetch works with. */
export interface FetchContext {
  ask: Ask;
  /** In the clear; it goes into headers and nowhere else. */
  key: string;
  /** Of the connection, checked by the provider's `settings`. */
  settings: Readonly<Record<string, string>>;
  nowMs: number;
}

/** One list of days that a provider gives: usage, costs. */
export interface Series {
  /** Within its provider; part of the ids of what is stored. */
  name: string;
  gives: readonly ("tokens" | "cost")[];
  /** It tells of the same usage as another series, seen from another side: it is never added to it. */
  overlaps?: true;
  /** Days that are fetched and replaced together. */
  stepDays: number;
  /** The provider keeps no more days than these. */
  maxBackDays?: number;
  /** The provider knows nothing of a day before it is over. */
  completeDaysOnly?: true;
  /** Every row of the window, each page of it. Days without rows are empty. */
  fetch(window: Window, context: FetchContext): Promise<DayTable>;
}

/** Money that is there or was used so far; a moment's figure without a day. */
export interface Balance {
  /** ISO 4217. */
  currency: string;
  /** Decimals, as the provider says them; null: it does not. */
  remaining: string | null;
  used: string | null;
  /** What the figures mean, for people. */
  note: string;
}

/** A provider whose reports can be fetched. */
export interface ProviderKind {
  /** For commands and addresses: `openai`. */
  name: SyncProvider;
  /** For people: `OpenAI`. */
  title: string;
  /** Which key, with which rights; null: its reports come from files. */
  key: string | null;
  baseUrl: string | null;
  settings: z.ZodType<Record<string, string>>;
  /** Least time between two requests, in milliseconds. */
  paceMs: number;
  series: readonly Series[];
  readBalance?(context: FetchContext): Promise<Balance>;
}
