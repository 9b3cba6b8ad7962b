import {
  billedAs,
  blankMeasured,
  blankRequest,
  providerOfHost,
  providerOfModel,
  readLangchainUsage,
} from "@outlay/providers";
import type { CallContext } from "./context.ts";
import { errorFacts } from "./error-facts.ts";
import { eventOfAnswer, wasRefused } from "./event-of-answer.ts";
import { charactersIn } from "./prompt-characters.ts";
import { contextOfPairs } from "./request-context.ts";
import type { TrackedCall } from "./tracker.ts";
import { asRecord, textOf } from "./unknown-value.ts";
import { quietly, WrappedCall, type WrapperOptions } from "./wrapped-call.ts";

export { outlayFetch, type FetchOptions } from "./outlay-fetch.ts";

/** Calls that are watched at once; beyond, the oldest is tracked as it stands. */
const MAX_RUNS = 10_000;
/** LangChain does not tell when somebody stops reading a stream. One that was silent for so long was given up. */
const GIVEN_UP_MS = 10 * 60_000;

/**
 * A callback handler for LangChain and LangGraph that tracks every call to a model, whatever chain or agent made it. Needs nothing
 * of LangChain's packages. Users, sessions and tags come from the `metadata` and `tags` of the run.
 *
 * @example
 * const callbacks = [new OutlayCallbackHandler({ outlay, agent: "support" })];
 * await chain.invoke(input, { callbacks, metadata: { user_id: "u-1", session_id: "s-1" } });
 */
export class OutlayCallbackHandler {
  readonly name = "outlay";
  // What LangChain looks at before it calls a handler.
  readonly ignoreLLM = false;
  readonly ignoreChain = true;
  readonly ignoreAgent = true;
  readonly ignoreRetriever = true;
  readonly ignoreCustomEvent = true;
  readonly raiseError = false;
  /** In the caller's own context, where `with()` is in force. */
  readonly awaitHandlers = true;

  readonly #options: WrapperOptions;
  /** By run, the one that was silent for the longest first. */
  readonly #runs = new Map<string, Run>();

  constructor(options: WrapperOptions) {
    this.#options = options;
  }

  handleLLMStart(
    llm: unknown,
    prompts: unknown[],
    runId: string,
    _parentRunId?: string,
    extraParams?: Record<string, unknown>,
    tags?: string[],
    metadata?: Record<string, unknown>,
  ): void {
    this.#start(runId, { llm, prompt: prompts, extraParams, tags, metadata, operation: "text_completion" });
  }

  handleChatModelStart(
    llm: unknown,
    messages: unknown[],
    runId: string,
    _parentRunId?: string,
    extraParams?: Record<string, unknown>,
    tags?: string[],
    metadata?: Record<string, unknown>,
  ): void {
    this.#start(runId, { llm, prompt: messages, extraParams, tags, metadata, operation: "chat" });
  }

  handleLLMNewToken(token: unknown, _index: unknown, runId: string): void {
    const run = this.#runs.get(runId);
    if (run === undefined) return;
    this.#runs.delete(runId);
    this.#runs.set(runId, run);
    quietly(() => run.token(token));
  }

  handleLLMEnd(output: unknown, runId: string): void {
    quietly(() => this.#take(runId)?.end(output));
  }

  handleLLMError(error: unknown, runId: string): void {
    quietly(() => this.#take(runId)?.fail(failureOf(error), wasRefused(error)));
  }

  /** Tracks calls whose end never came, such as streams that nobody reads on, as they stand. */
  flush(): void {
    for (const runId of this.#runs.keys()) quietly(() => this.#take(runId)?.fail({ errorType: "aborted" }));
  }

  #start(runId: string, asked: AskedRun): void {
    quietly(() => {
      for (const [oldest, run] of this.#runs) {
        if (this.#runs.size < MAX_RUNS && !run.isSilentSince(Date.now() - GIVEN_UP_MS)) break;
        this.#take(oldest)?.fail({ errorType: "aborted" });
      }
      this.#runs.set(runId, new Run(this.#options, runId, asked));
    });
  }

  #take(runId: string): Run | undefined {
    const run = this.#runs.get(runId);
    this.#runs.delete(runId);
    return run;
  }
}

/** LangChain throws errors of its own for a signal. */
function failureOf(error: unknown): { errorType: string; errorMessage?: string } {
  const { name, message } = asRecord(error);
  return name === "ModelAbortError" || message === "AbortError" || message === "Aborted"
    ? { errorType: "aborted" }
    : errorFacts(error);
}

interface AskedRun {
  /** The model as LangChain writes it down: its name and the arguments of its constructor. */
  llm: unknown;
  prompt: unknown;
  extraParams: Record<string, unknown> | undefined;
  tags: string[] | undefined;
  metadata: Record<string, unknown> | undefined;
  operation: string;
}

/** One call to a model. */
class Run {
  readonly #call: WrappedCall;
  readonly #runId: string;
  readonly #provider: string;
  readonly #model: string | null;
  readonly #operation: string;
  readonly #isStreaming: boolean;
  readonly #promptCharacters: number;
  #producedCharacters = 0;
  #lastHeardMs = Date.now();

  constructor(options: WrapperOptions, runId: string, asked: AskedRun) {
    const kwargs = asRecord(asRecord(asked.llm)["kwargs"]);
    const invocation = asRecord(asRecord(asked.extraParams)["invocation_params"]);
    const metadata = asRecord(asked.metadata);
    this.#call = new WrappedCall(options, {}, contextOfRun(metadata, asked.tags));
    this.#runId = runId;
    this.#model =
      textOf(metadata["ls_model_name"]) ??
      textOf(invocation["model"]) ??
      textOf(kwargs["model"]) ??
      textOf(kwargs["model_name"]);
    this.#provider = providerOf(metadata, kwargs, this.#model);
    this.#operation = asked.operation;
    this.#isStreaming = invocation["stream"] === true || kwargs["streaming"] === true;
    this.#promptCharacters = charactersIn(asked.prompt);
  }

  isSilentSince(ms: number): boolean {
    return this.#lastHeardMs < ms;
  }

  token(token: unknown): void {
    this.#call.firstPiece();
    this.#lastHeardMs = Date.now();
    if (typeof token === "string") this.#producedCharacters += token.length;
  }

  end(output: unknown): void {
    const answer = asRecord(output);
    const generation = asRecord(asRecord(asRecord(answer["generations"])[0])[0]);
    const message = asRecord(generation["message"]);
    const metadata = asRecord(message["response_metadata"]);
    const info = asRecord(generation["generationInfo"]);
    const measured = blankMeasured();
    measured.ended = true;
    // From LangChain's own cache: it says of itself that it used nothing.
    const isCached =
      asRecord(info["tokenUsage"]) === info["tokenUsage"] && Object.keys(asRecord(info["tokenUsage"])).length === 0;
    measured.usage = isCached ? null : readLangchainUsage(message, answer["llmOutput"], this.#provider);
    measured.usageState = measured.usage === null && !isCached ? "absent" : "complete";
    measured.model = textOf(metadata["model_name"]) ?? textOf(metadata["model"]);
    measured.responseId = textOf(metadata["id"]) ?? textOf(message["id"]);
    measured.serviceTier = textOf(metadata["service_tier"])?.replace("default", "standard") ?? null;
    measured.stopReason =
      textOf(metadata["finish_reason"]) ?? textOf(metadata["stop_reason"]) ?? textOf(info["finish_reason"]);
    measured.produced.characters = this.#producedCharacters || (textOf(generation["text"])?.length ?? 0);
    this.#track(measured, null, false, isCached ? { cacheHit: true } : {});
  }

  fail(failure: { errorType: string; errorMessage?: string }, isRefused = false): void {
    const measured = blankMeasured();
    measured.produced.characters = this.#producedCharacters;
    this.#track(measured, failure, isRefused, {});
  }

  #track(
    measured: ReturnType<typeof blankMeasured>,
    failure: { errorType: string; errorMessage?: string } | null,
    isRefused: boolean,
    more: Partial<TrackedCall>,
  ): void {
    const event = eventOfAnswer(measured, {
      provider: this.#provider,
      operation: this.#operation,
      request: { ...blankRequest(), model: this.#model, streaming: this.#isStreaming || this.#producedCharacters > 0 },
      failure,
      isRefused,
      attempt: 1,
      call: null,
      promptCharacters: this.#promptCharacters,
      host: null,
    });
    this.#call.end({ ...event, ...more, metadata: { ...event.metadata, run: this.#runId } });
  }
}

/** OpenAI's class also talks to others, and then still says that it is OpenAI's: the address is believed more. */
function providerOf(metadata: Record<string, unknown>, kwargs: Record<string, unknown>, model: string | null): string {
  const address =
    textOf(asRecord(kwargs["configuration"])["baseURL"]) ??
    textOf(asRecord(kwargs["client_options"])["baseURL"]) ??
    textOf(kwargs["base_url"]) ??
    textOf(kwargs["baseUrl"]) ??
    textOf(kwargs["anthropic_api_url"]);
  const host = address === null ? null : (quietly(() => new URL(address).host) ?? null);
  const ofHost = host === null ? null : providerOfHost(host);
  const said = textOf(metadata["ls_provider"]);
  return (
    (ofHost === null ? null : billedAs(ofHost)) ??
    (said === null ? null : billedAs(said)) ??
    (model === null ? null : providerOfModel(model)) ??
    "unknown"
  );
}

/** LangChain's and LangGraph's own entries of a run's metadata. */
const THEIRS = /^(ls_|lc_|langgraph_|checkpoint_|__|thread_ts$|run_id$|graph_id$|assistant_id$)/;

function contextOfRun(metadata: Record<string, unknown>, tags: string[] | undefined): CallContext {
  const pairs: Record<string, string> = {};
  for (const tag of tags ?? []) if (!tag.startsWith("seq:step") && !/[:,]/.test(tag)) pairs[tag] = "true";
  for (const [key, value] of Object.entries(metadata)) {
    const isScalar = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    if (isScalar && !THEIRS.test(key)) pairs[key] = String(value);
  }
  return contextOfPairs(pairs);
}
