import {
  billedAs,
  blankMeasured,
  blankRequest,
  readAiSdkCost,
  readAiSdkUsage,
  readAnswerByShape,
  type Measured,
} from "@outlay/providers";
import { asRecord, textOf } from "./unknown-value.ts";
import type { CallContext } from "./context.ts";
import { errorFacts } from "./error-facts.ts";
import { eventOfAnswer, wasRefused } from "./event-of-answer.ts";
import { charactersIn } from "./prompt-characters.ts";
import { quietly, WrappedCall, type WrapperOptions } from "./wrapped-call.ts";

export { outlayFetch, type FetchOptions } from "./outlay-fetch.ts";

/** What the AI SDK asks a model: the part that is looked at. */
interface Asked {
  model: { readonly provider: string; readonly modelId: string };
  params: object;
}

/**
 * Middleware of the Vercel AI SDK, versions 5 to 7. `wrapGenerate` and `wrapStream` also serve image models, `wrapEmbed` embedding
 * models.
 */
export interface OutlayMiddleware {
  /** Each version of the SDK wants a word of its own here, and looks at none: this type fits them all. */
  readonly specificationVersion: never;
  wrapGenerate<Result>(call: Asked & { doGenerate: () => PromiseLike<Result> }): Promise<Result>;
  wrapStream<Result extends object>(call: Asked & { doStream: () => PromiseLike<Result> }): Promise<Result>;
  wrapEmbed<Result>(call: Asked & { doEmbed: () => PromiseLike<Result> }): Promise<Result>;
}

/**
 * Middleware that tracks every model call of the Vercel AI SDK: each step of an agent, streams, tools, errors, retries and aborts.
 * What the model gives goes on unchanged. Use this or `outlayFetch` for a model, not both.
 *
 * @example
 * const model = wrapLanguageModel({ model: openai("gpt-5"), middleware: outlayMiddleware({ outlay, agent: "support" }) });
 * // for one call
 * await generateText({ model, prompt, providerOptions: { outlay: { user: "u-1", activity: "answer" } } });
 */
export function outlayMiddleware(options: WrapperOptions): OutlayMiddleware {
  const retries = new Retries();
  return {
    specificationVersion: "v4" as never,
    async wrapGenerate({ doGenerate, ...asked }) {
      const call = new MeasuredModelCall(options, asked, retries);
      const result = await call.run(doGenerate);
      call.succeed(result);
      return result;
    },
    async wrapStream({ doStream, ...asked }) {
      const call = new MeasuredModelCall(options, asked, retries);
      const result = await call.run(doStream);
      const { stream } = result as { stream?: ReadableStream<unknown> };
      return stream === undefined ? result : { ...result, stream: watchParts(stream, call) };
    },
    async wrapEmbed({ doEmbed, ...asked }) {
      const call = new MeasuredModelCall(options, asked, retries);
      const result = await call.run(doEmbed);
      call.succeed(result);
      return result;
    },
  };
}

/** One call to a model, put together from what the SDK hands on. */
class MeasuredModelCall {
  readonly #asked: Asked;
  readonly #retries: Retries;
  readonly #call: WrappedCall;
  readonly #attempt: { number: number; call: string | null };
  readonly #measured: Measured = blankMeasured();
  #searches = 0;
  #isStreaming = false;

  constructor(options: WrapperOptions, asked: Asked, retries: Retries) {
    this.#asked = asked;
    this.#retries = retries;
    this.#call = new WrappedCall(options, quietly(() => contextOf(asked.params)) ?? {});
    this.#attempt = retries.find(asked.params);
  }

  async run<Result>(ask: () => PromiseLike<Result>): Promise<Result> {
    try {
      return await ask();
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  /** A whole answer. */
  succeed(result: unknown): void {
    quietly(() => {
      const answer = asRecord(result);
      // What the provider sent says more than what the SDK makes of it.
      const body = readAnswerByShape(this.#asked.model.provider, asRecord(answer["response"])["body"]);
      if (body !== null) Object.assign(this.#measured, body);
      else for (const part of listOf(answer["content"])) this.#take(part);
      this.#takeResponse(answer["response"]);
      this.#takeFinish(answer);
      if (this.#measured.usage === null && Array.isArray(answer["images"])) {
        this.#measured.usage = { images: answer["images"].length };
      }
    });
    this.#end(null);
  }

  stream(): void {
    this.#isStreaming = true;
  }

  /** One part of a stream. */
  part(value: unknown): void {
    quietly(() => {
      const part = asRecord(value);
      if (part["type"] === "response-metadata") this.#takeResponse(part);
      else if (part["type"] === "error") this.#measured.error = asError(part["error"]);
      else if (part["type"] === "finish") this.#takeFinish(part);
      else this.#take(part);
    });
  }

  /** The stream is over; `cut`: nobody wanted the rest of it. */
  over(cut: boolean): void {
    this.#end(cut && !this.#measured.ended ? { errorType: "aborted" } : null);
  }

  fail(error: unknown): void {
    this.#end(errorFacts(error), wasRefused(error));
    this.#retries.failed(this.#asked.params, this.#call.id, this.#attempt);
  }

  #take(value: unknown): void {
    const part = asRecord(value);
    const said = textOf(part["delta"]) ?? textOf(part["text"]) ?? textOf(part["textDelta"]);
    const isAnswer = /^(text|reasoning|tool-input)/.test(String(part["type"]));
    if (isAnswer && said !== null) {
      this.#call.firstPiece();
      this.#measured.produced.characters += said.length;
    }
    // A call of a tool stands as a whole behind its pieces.
    if (part["type"] === "tool-call" && !this.#isStreaming) {
      this.#measured.produced.characters += textOf(part["input"])?.length ?? 0;
    }
    const isSearch = part["type"] === "tool-call" && part["providerExecuted"] === true;
    if (isSearch && /web_?search/i.test(String(part["toolName"]))) this.#searches += 1;
  }

  #takeResponse(value: unknown): void {
    const response = asRecord(value);
    this.#measured.model = textOf(response["modelId"]) ?? this.#measured.model;
    this.#measured.responseId ??= textOf(response["id"]);
  }

  #takeFinish(answer: Record<string, unknown>): void {
    const measured = this.#measured;
    const reason = answer["finishReason"];
    measured.stopReason ??= textOf(asRecord(reason)["raw"]) ?? textOf(asRecord(reason)["unified"]) ?? textOf(reason);
    measured.usage ??= readAiSdkUsage(answer["usage"], this.#asked.model.provider, answer["providerMetadata"]);
    measured.reportedCostUsd ??= readAiSdkCost(answer["providerMetadata"]);
    if (measured.usage !== null && this.#searches > 0) measured.usage.searches ??= this.#searches;
    measured.ended = true;
  }

  #end(failure: { errorType: string; errorMessage?: string } | null, isRefused = false): void {
    quietly(() => {
      const { model, params } = this.#asked;
      const measured = this.#measured;
      measured.usageState = measured.usage === null ? "absent" : measured.ended ? "complete" : "partial";
      const event = eventOfAnswer(measured, {
        provider: billedAs(model.provider) ?? model.provider,
        operation: operationOf(params),
        request: { ...blankRequest(), model: model.modelId, streaming: this.#isStreaming },
        failure,
        isRefused,
        attempt: this.#attempt.number,
        call: this.#attempt.call,
        promptCharacters: measured.usage === null ? charactersIn(promptOf(params)) : null,
        host: null,
      });
      this.#call.end(event);
    });
  }
}

/** The same parts as the application reads them, seen on their way. */
function watchParts<Part>(stream: ReadableStream<Part>, call: MeasuredModelCall): ReadableStream<Part> {
  call.stream();
  const reader = stream.getReader();
  return new ReadableStream<Part>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            call.over(false);
            controller.close();
          } else {
            call.part(value);
            controller.enqueue(value);
          }
        } catch (error) {
          call.fail(error);
          controller.error(error);
        }
      },
      cancel(reason) {
        call.over(true);
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** The SDK asks again with the same prompt, the very object, when a call failed. */
class Retries {
  readonly #failures = new WeakMap<object, { number: number; call: string }>();

  find(params: object): { number: number; call: string | null } {
    const prompt = promptOf(params);
    const failure = typeof prompt === "object" && prompt !== null ? this.#failures.get(prompt) : undefined;
    return failure === undefined ? { number: 1, call: null } : { number: failure.number + 1, call: failure.call };
  }

  failed(params: object, id: string, attempt: { number: number; call: string | null }): void {
    const prompt = promptOf(params);
    if (typeof prompt !== "object" || prompt === null) return;
    this.#failures.set(prompt, { number: attempt.number, call: attempt.call ?? id });
  }
}

function promptOf(params: object): unknown {
  return asRecord(params)["prompt"] ?? asRecord(params)["values"];
}

/** Which kind of model was asked shows in what it was asked with. */
function operationOf(params: object): string {
  if ("values" in params) return "embedding";
  return typeof asRecord(params)["prompt"] === "string" || "aspectRatio" in params ? "image" : "chat";
}

/** `providerOptions: { outlay: { user, activity, … } }` of one call. */
function contextOf(params: object): CallContext {
  return asRecord(asRecord(asRecord(params)["providerOptions"])["outlay"]) as CallContext;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function asError(error: unknown): { type: string; message: string } {
  const { errorType, errorMessage } = errorFacts(error);
  return { type: errorType, message: errorMessage ?? errorType };
}
