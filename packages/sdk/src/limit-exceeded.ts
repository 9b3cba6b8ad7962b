/** A limit as the server tells of it. */
export interface LimitFacts {
  limitId: string;
  name: string;
  /** Whose user, session or other value it is counted for; null: one account for all. */
  value: string | null;
  /** In words: "user alice, a day". */
  scope: string;
  amountUsd: number;
  spentUsd: number;
  /** Set aside for calls that are running. */
  leasedUsd: number;
  /** ISO instant; null: never, or not known. */
  resetsAt: string | null;
}

/** What the server says of a call that may not be made. */
export interface Refusal {
  id: string;
  code: "limit_exceeded" | "rate_limited" | "unpriced_model";
  message: string;
  limit: LimitFacts;
  wantedUsd: number;
  retryAfterSeconds: number | null;
}

/** The call was not made: a limit of Outlay's has no room for it. */
export class LimitExceeded extends Error {
  override readonly name = "LimitExceeded";
  /** `limit_exceeded`, `rate_limited` (calls a minute) or `unpriced_model`. */
  readonly code: Refusal["code"];
  /** As of a provider that says no, for code that looks at it. */
  readonly status = 429;
  /** The limit, by its id and name. */
  readonly limit: { id: string; name: string };
  /** Whose spending it limits, in words: "user alice, a day". */
  readonly scope: string;
  readonly amountUsd: number;
  readonly spentUsd: number;
  /** Set aside for calls that were running. */
  readonly leasedUsd: number;
  /** What this call would have had set aside. */
  readonly wantedUsd: number;
  /** null: never, or not known. */
  readonly resetsAt: Date | null;
  /** null: waiting does not help. */
  readonly retryAfterSeconds: number | null;
  /** For `outlay limits explain`. */
  readonly refusalId: string;

  constructor({ id, code, message, limit, wantedUsd, retryAfterSeconds }: Refusal) {
    super(message);
    this.code = code;
    this.limit = { id: limit.limitId, name: limit.name };
    this.scope = limit.scope;
    this.amountUsd = limit.amountUsd;
    this.spentUsd = limit.spentUsd;
    this.leasedUsd = limit.leasedUsd;
    this.wantedUsd = wantedUsd;
    this.resetsAt = limit.resetsAt === null ? null : new Date(limit.resetsAt);
    this.retryAfterSeconds = retryAfterSeconds;
    this.refusalId = id;
  }
}

/** The call was not made: Outlay could not be asked, and the caller wants no call without its word (`failClosed`). */
export class LimitsUnreachable extends Error {
  override readonly name = "LimitsUnreachable";
}
