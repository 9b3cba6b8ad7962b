import type { HttpAnswer } from "./post.ts";
import { SendFailed } from "./send-failed.ts";

/** Statuses that say "later" and not "never". */
const LATER = new Set([408, 425, 429]);

/**
 * The answer of a receiver that took the message. Throws SendFailed for every other one: worth another try when the
 * receiver is in trouble (5xx) or wants to be asked later. A redirect is a mistake of the address.
 */
export function requireSuccess(answer: HttpAnswer): string {
  const { status, text, retryAfterMs } = answer;
  if (status >= 200 && status < 300) return text;
  if (status >= 300 && status < 400) {
    throw new SendFailed(
      `The answer was ${status}, a redirect, which is not followed: use the address that it leads to`,
      {
        retryable: false,
        answer: text,
      },
    );
  }
  throw new SendFailed(`The answer was ${text}`, {
    retryable: status >= 500 || LATER.has(status),
    retryAfterMs,
    answer: text,
  });
}
