/** Who wants to know what happens to a stream. */
export interface StreamListener {
  /** The answer is a stream; its end is the call's end. */
  streams(): void;
  piece(): void;
  succeed(): void;
  abort(): void;
  fail(error: unknown): void;
}

/**
 * Tells the listener what the reader of a stream gets, and when. An object that can be iterated stays the same object; a
 * web stream, which can be read in more ways than can be watched, is replaced by one with the same pieces, unless it must stay
 * `in place`. Anything else has succeeded.
 */
export function observeStream<Value>(value: Value, listener: StreamListener, where?: "in place"): Value {
  try {
    if (isWebStream(value) && where !== "in place") return observeWebStream(value, listener) as Value;
    if (isIterable(value) && observeIterable(value, listener)) return value;
  } catch {
    // A value that cannot be watched: what is known of its call is that it came.
  }
  listener.succeed();
  return value;
}

type Iterable = { [Symbol.asyncIterator](): AsyncIterator<unknown> };

function isIterable(value: unknown): value is Iterable {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as Partial<Iterable>)[Symbol.asyncIterator] === "function"
  );
}

function isWebStream(value: unknown): value is ReadableStream<unknown> {
  return typeof ReadableStream === "function" && value instanceof ReadableStream && !value.locked;
}

/** False when the object cannot be watched. */
function observeIterable(value: Iterable, listener: StreamListener): boolean {
  if (!Object.isExtensible(value)) return false;
  listener.streams();
  if (typeof (value as Partial<AsyncIterator<unknown>>).next === "function") {
    // A generator is its own iterator.
    watchIterator(value as unknown as AsyncIterator<unknown>, listener);
    return true;
  }
  const iterate = value[Symbol.asyncIterator].bind(value);
  hide(value, Symbol.asyncIterator, () => {
    const iterator = iterate();
    watchIterator(iterator, listener);
    return iterator;
  });
  return true;
}

function watchIterator(iterator: AsyncIterator<unknown>, listener: StreamListener): void {
  const steps = { next: iterator.next, return: iterator.return, throw: iterator.throw };
  const seen = (result: IteratorResult<unknown>) => {
    if (result.done) listener.succeed();
    else listener.piece();
    return result;
  };
  const failed = (error: unknown): never => {
    listener.fail(error);
    throw error;
  };
  hide(iterator, "next", (...args: [] | [unknown]) =>
    Promise.resolve(steps.next.apply(iterator, args)).then(seen, failed),
  );
  if (steps.return) {
    const end = steps.return;
    hide(iterator, "return", (result?: unknown) => {
      listener.abort();
      return end.call(iterator, result);
    });
  }
  if (steps.throw) {
    const end = steps.throw;
    hide(iterator, "throw", (error?: unknown) => {
      listener.fail(error);
      return end.call(iterator, error);
    });
  }
}

/** As a method would be: not among the object's own fields when it is looped over or printed. */
function hide(target: object, name: PropertyKey, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
}

function observeWebStream(stream: ReadableStream<unknown>, listener: StreamListener): ReadableStream<unknown> {
  listener.streams();
  const reader = stream.getReader();
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            listener.succeed();
            controller.close();
          } else {
            listener.piece();
            controller.enqueue(value);
          }
        } catch (error) {
          listener.fail(error);
          controller.error(error);
        }
      },
      cancel(reason) {
        listener.abort();
        return reader.cancel(reason);
      },
    },
    // Nothing is read before the reader asks.
    { highWaterMark: 0 },
  );
}
