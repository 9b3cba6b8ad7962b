/** A message did not go out: what to tell people, and whether trying again makes sense. */
export class SendFailed extends Error {
  override readonly name = "SendFailed";
  readonly retryable: boolean;
  /** How long the other side wants to be left alone; null: it did not say. */
  readonly retryAfterMs: number | null;
  /** What it said; null: nothing. */
  readonly answer: string | null;

  constructor(message: string, options: { retryable: boolean; retryAfterMs?: number | null; answer?: string | null }) {
    super(message);
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.answer = options.answer ?? null;
  }
}
