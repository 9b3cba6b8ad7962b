import type { Severity } from "./alert-message.ts";

/** An alert as people read it. */
export interface Texts {
  title: string;
  summary: string;
  facts: { label: string; value: string }[];
  link: string | null;
}

/** What a look found about one subject of a rule. */
export interface Finding {
  /** Names the subject within its rule, for ever the same; empty: there is only one. */
  subject: string;
  /** Within it the subject is told of once. */
  period: AlertPeriod;
  /** How urgent it is; `hold`: not enough to begin an alert, too much to end one; `over`: what it was is over. */
  level: Severity | "hold" | "over";
  /** What the measured is held against, such as an amount: when that changes, an alert that was over may fire again. */
  against: string | null;
  /** Only these users' calls are meant; null: everybody's. Decides who may see the alert. */
  users: string[] | null;
  /** For `over`: how it is now. */
  texts: Texts;
  /** Of a budget or limit, for the live event `budget`. */
  limit?: LimitReading;
}

export interface AlertPeriod {
  /** Unique for its rule; the same period always has the same one. */
  key: string;
  /** Start included, end excluded; null: not known or without end. */
  startMs: number | null;
  endMs: number | null;
  /**
   * How an alert ends. `calendar`: with its period. `lasting`: when it is over, however many periods later; within one it
   * begins only once. `news`: it is told once, and settled without a word when it is no longer found.
   */
  form: "calendar" | "lasting" | "news";
}

/** How full a budget or limit is. */
export interface LimitReading {
  limitId: string;
  name: string;
  value: string | null;
  amountUsd: number;
  spentUsd: number;
  percent: number;
  periodStart: string | null;
}

/** One look of a rule. */
export interface Look {
  findings: Finding[];
  /** What people should know of it, such as that there is too little data; null: nothing. */
  note: string | null;
}
