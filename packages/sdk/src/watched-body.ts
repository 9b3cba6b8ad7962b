/** What happens to a body on its way to the application. */
export interface BodyListener {
  /** The bytes that go on; null: all of them, as they are. */
  bytes(bytes: Uint8Array): Uint8Array | null;
  /** What was held back until now. */
  end(): Uint8Array | null;
  /** The application wants no more. */
  cancel(): void;
  fail(error: unknown): void;
}

/**
 * An answer whose body is watched as the application reads it: never sooner, never further. Null when its body cannot be
 * watched.
 */
export function watchBody(response: Response, listener: BodyListener): Response | null {
  const { body } = response;
  if (typeof body?.getReader !== "function" || body.locked) return null;
  const reader = body.getReader();
  let isOver = false;
  const over = (tell: () => void) => {
    if (!isOver) tell();
    isOver = true;
  };
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          for (;;) {
            const { done, value } = await reader.read();
            if (done) isOver = true;
            const bytes = done ? listener.end() : (listener.bytes(value) ?? value);
            if (bytes !== null && bytes.length > 0) controller.enqueue(bytes);
            if (done) return controller.close();
            if (bytes !== null && bytes.length > 0) return undefined;
          }
        } catch (error) {
          over(() => listener.fail(error));
          controller.error(error);
          return undefined;
        }
      },
      cancel(reason) {
        over(() => listener.cancel());
        return reader.cancel(reason);
      },
    },
    // Nothing is read before the application asks.
    { highWaterMark: 0 },
  );
  let watched: Response;
  try {
    watched = like(response, new Response(stream, response));
  } catch {
    // A response that cannot be made again, such as one with a status of its own invention.
    reader.releaseLock();
    return null;
  }
  // Whoever reads holds the stream, even when nobody holds the response any more.
  forgotten?.register(stream, () => over(() => listener.cancel()));
  return watched;
}

/** Told of answers that nobody reads to their end and nobody holds any more: their calls are tracked all the same. */
const forgotten =
  typeof FinalizationRegistry === "function" ? new FinalizationRegistry<() => void>((giveUp) => giveUp()) : null;

/** A response of one's own making knows nothing of where it came from. */
function like(original: Response, made: Response): Response {
  for (const name of ["url", "redirected", "type"] as const) {
    Object.defineProperty(made, name, { value: original[name], configurable: true });
  }
  return made;
}
