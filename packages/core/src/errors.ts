/**
 * Something the caller can fix. Every door translates it once: HTTP into a 4xx problem document, the
 * terminal into a sentence and exit code 1.
 *
 * `code` is stable and listed in `docs/errors.md`; `field` is a path such as `usage.inputTokens` or
 * `events[3].occurredAt`.
 */
export class InvalidInput extends Error {
  override readonly name = "InvalidInput";
  readonly code: string;
  readonly field: string | undefined;
  readonly status: number;

  constructor(code: string, message: string, options: { field?: string; status?: number } = {}) {
    super(message);
    this.code = code;
    this.field = options.field;
    this.status = options.status ?? 400;
  }
}

/** A party we depend on failed: a provider, a price list, a mail server. Worth another try when `retryable`. */
export class ProviderFailed extends Error {
  override readonly name = "ProviderFailed";
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable;
  }
}
