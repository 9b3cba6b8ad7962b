import { blankMeasured, openAnswer, type Measured, type RequestFacts, blankRequest } from "@outlay/providers";
import { Attempts, declaredAttempt, type Attempt } from "./attempts.ts";
import { errorFacts } from "./error-facts.ts";
import { eventOfAnswer, eventsOfOtherModels, type CallOutline } from "./event-of-answer.ts";
import type { CallLease, LimitOptions } from "./limit-desk.ts";
import { promptCharacters } from "./prompt-characters.ts";
import { refusedAnswer } from "./refused-answer.ts";
import { contextOfHeaders, contextOfRequest, withoutOutlayHeaders } from "./request-context.ts";
import { describeRequest, readBody, type SentBody, type SentRequest } from "./sent-request.ts";
import { servedBy, type ServedBy } from "./served-by.ts";
import type { TrackedCall, Tracker } from "./tracker.ts";
import { UsageChunkFilter } from "./usage-chunk-filter.ts";
import { watchBody } from "./watched-body.ts";
import { quietly, WrappedCall, type WrapperOptions } from "./wrapped-call.ts";

type Fetch = typeof globalThis.fetch;

export interface FetchOptions extends WrapperOptions {
  /** Who bills the calls, where their address does not tell: `openai` behind a proxy of one's own. */
  provider?: string;
  /**
   * Hold the calls to limits: `{}` is enough. The server is asked before each, and one that a limit has no room for is answered
   * as the provider would answer what is too much: clients raise their usual error. Models are not swapped here.
   */
  limits?: Pick<LimitOptions, "failClosed" | "timeoutMs"> | undefined;
}

/**
 * A `fetch` that tracks every model call that goes through it, from the bytes that pass: streaming or not, tools, errors,
 * retries and aborts. Takes what any client that accepts a `fetch` needs; other requests go on untouched.
 *
 * A stream that was not asked for usage is asked for it, and what comes in addition is taken out again. Calls to Outlay's gateway
 * are not tracked: it has recorded them.
 *
 * @example
 * const mistral = createMistral({ fetch: outlayFetch(fetch, { outlay, activity: "search" }) });
 */
export function outlayFetch(realFetch: Fetch | undefined, options: FetchOptions): Fetch {
  const send: Fetch = realFetch ?? ((input, init) => globalThis.fetch(input, init));
  const memory: Memory = { attempts: new Attempts(), refusing: new Set() };
  return async (input, init) => {
    let exchange: Exchange | null = null;
    try {
      const request = describeRequest(input, init);
      const served = servedBy(request.url, request.method, options.provider);
      // What costs nothing is no call.
      if (served?.route.billed === true) {
        const body = await readBody(input, init, request.headers.get("content-type"));
        exchange = new Exchange(request, body, served, options, memory);
      }
    } catch {
      // A request that cannot be understood is sent all the same.
    }
    if (exchange === null) return send(input, init);
    const refusal = options.limits === undefined ? null : await exchange.ask(options.outlay, options.limits);
    return refusal ?? exchange.run(send, input, init);
  };
}

/** What calls of one `fetch` know of each other. */
interface Memory {
  attempts: Attempts;
  /** Addresses that refuse requests which ask for usage. */
  refusing: Set<string>;
}

/** How often a stream is looked at for its first text; then any piece counts as it. */
const MAX_LOOKS_FOR_TEXT = 32;

/** One request and its answer. */
class Exchange {
  readonly #request: SentRequest;
  /** Null: it can be read only once. */
  readonly #body: SentBody | null;
  readonly #served: ServedBy;
  readonly #memory: Memory;
  readonly #facts: RequestFacts;
  readonly #call: WrappedCall;
  readonly #attempt: Attempt;
  /** Tells the request from others; null when that cannot be told. */
  readonly #key: string | null;
  #lease: CallLease | null = null;

  constructor(request: SentRequest, body: SentBody | null, served: ServedBy, options: FetchOptions, memory: Memory) {
    this.#request = request;
    this.#body = body;
    this.#served = served;
    this.#memory = memory;
    const { url, headers } = request;
    this.#facts =
      body === null
        ? blankRequest()
        : served.route.readRequest({ url, contentType: body.contentType, body: body.bytes });
    const ofHeaders = quietly(() => contextOfHeaders(headers)) ?? {};
    this.#call = new WrappedCall(options, ofHeaders, contextOfRequest(this.#facts));
    this.#key = body === null || body.key === null ? null : `${url.href} ${body.key}`;
    const declared = declaredAttempt(headers);
    this.#attempt =
      this.#key === null ? { number: declared ?? 1, call: null } : memory.attempts.find(this.#key, declared);
  }

  /** Asks the limits; what to answer instead when there is no room. The gateway asks them itself. */
  async ask(tracker: Tracker, limits: LimitOptions): Promise<Response | null> {
    if (this.#isGateway() || tracker.lease === undefined) return null;
    try {
      this.#lease = await tracker.lease(this.#outline(), { ...this.#most(), ...limits }, this.#call.owner);
      return null;
    } catch (error) {
      // Whatever else goes wrong here must not break the call.
      return refusedAnswer(error);
    }
  }

  #outline(): TrackedCall {
    const { model, serviceTier } = this.#facts;
    const { route } = this.#served;
    const provider = this.#served.billedAs(model);
    return { id: this.#call.id, provider, model: model ?? "unknown", operation: route.operation, serviceTier };
  }

  /** No token is shorter than a character. */
  #most(): LimitOptions {
    const { maxOutputTokens, choices } = this.#facts;
    const inputTokens = this.#promptCharacters() ?? undefined;
    return { inputTokens, maxOutputTokens: maxOutputTokens === null ? undefined : maxOutputTokens * choices };
  }

  async run(send: Fetch, input: Parameters<Fetch>[0], init: RequestInit | undefined): Promise<Response> {
    const asked = quietly(() => this.#askForUsage()) ?? null;
    const isOurs = quietly(() => contextOfHeaders(this.#request.headers)) != null && !this.#isGateway();
    let response: Response;
    try {
      response =
        asked === null && !isOurs
          ? await send(input, init)
          : await send(...this.#changed(input, init, asked ?? undefined, isOurs));
      if (asked !== null && (await this.#isRefusal(response))) {
        this.#memory.refusing.add(this.#request.url.host);
        response = await send(...this.#changed(input, init, undefined, isOurs));
        return this.#watch(response, false);
      }
    } catch (error) {
      this.#finish(blankMeasured(), errorFacts(error));
      throw error;
    }
    return this.#watch(response, asked !== null);
  }

  /** The same request, as little changed as can be. */
  #changed(
    input: Parameters<Fetch>[0],
    init: RequestInit | undefined,
    body: string | undefined,
    withoutOurs: boolean,
  ): Parameters<Fetch> {
    const changes: RequestInit = body === undefined ? {} : { body };
    const headers = withoutOurs ? withoutOutlayHeaders(this.#request.headers) : new Headers(this.#request.headers);
    if (body !== undefined) headers.delete("content-length");
    if (withoutOurs || headers.has("content-length") !== this.#request.headers.has("content-length")) {
      changes.headers = headers;
    }
    return [input, { ...init, ...changes }];
  }

  #isGateway(): boolean {
    return /(^|\/)gateway\//.test(this.#request.url.pathname);
  }

  /** The body that asks for usage at the end of the stream; null: it is there anyway, or must not be asked for. */
  #askForUsage(): string | null {
    const { headers, url } = this.#request;
    const text = this.#body?.text ?? null;
    if (text === null || this.#memory.refusing.has(url.host) || this.#isGateway()) return null;
    // A signature covers the body.
    if (headers.get("authorization")?.startsWith("AWS4-") === true) return null;
    return this.#served.route.askForUsage(text, this.#facts);
  }

  /** Old servers do not know `stream_options`. Nobody must be refused because we asked. */
  async #isRefusal(response: Response): Promise<boolean> {
    if (response.status !== 400 && response.status !== 422) return false;
    try {
      return (await response.clone().text()).includes("stream_options");
    } catch {
      return false;
    }
  }

  #watch(response: Response, isAsked: boolean): Response {
    // The gateway has recorded this call.
    if (response.headers.has("x-outlay-event-id")) {
      this.#lease?.release();
      return response;
    }
    try {
      return this.#measure(response, isAsked) ?? response;
    } catch {
      this.#finish(blankMeasured(), null);
      return response;
    }
  }

  #measure(response: Response, isAsked: boolean): Response | null {
    const { route } = this.#served;
    const reader = openAnswer(route, {
      request: this.#facts,
      status: response.status,
      header: (name) => response.headers.get(name),
    });
    let looks = this.#facts.streaming ? MAX_LOOKS_FOR_TEXT : 0;
    const look = (bytes: Uint8Array) => {
      reader.push(bytes);
      if (looks === 0) return;
      looks -= 1;
      if (looks > 0 && reader.measured().produced.characters === 0) return;
      this.#call.firstPiece();
      looks = 0;
    };
    const end = (cut: boolean, failure: CallOutline["failure"]) => {
      const measured = quietly(() => reader.end({ cut })) ?? blankMeasured();
      // What was stopped after its end was not stopped; what was refused says so itself.
      const isOver = measured.ended || measured.error !== null;
      this.#finish(measured, cut && isOver ? null : failure, response.status);
    };
    const isStream = response.headers.get("content-type")?.includes("event-stream") === true;
    const filter = isAsked && isStream ? new UsageChunkFilter((data) => route.isUsageOnly(data)) : null;
    const watched = watchBody(response, {
      bytes(bytes) {
        quietly(() => look(bytes));
        return filter === null ? null : filter.push(bytes);
      },
      end() {
        end(false, null);
        return filter === null ? null : filter.end();
      },
      cancel: () => end(true, { errorType: "aborted" }),
      fail: (error) => end(true, errorFacts(error)),
    });
    if (watched === null) end(response.body !== null, null);
    return watched;
  }

  #finish(measured: Measured, failure: CallOutline["failure"], status?: number): void {
    quietly(() => {
      const { route, host } = this.#served;
      const isRefused = status === undefined ? failure?.errorType === "connection" : status >= 400;
      if (isRefused && measured.usage === null) this.#lease?.release();
      else this.#lease?.end();
      const event = eventOfAnswer(measured, {
        provider: this.#served.billedAs(measured.model ?? this.#facts.model),
        operation: route.operation,
        request: this.#facts,
        failure,
        isRefused,
        attempt: this.#attempt.number,
        call: this.#attempt.call,
        promptCharacters: measured.usageState === "complete" ? null : this.#promptCharacters(),
        host,
      });
      this.#call.end(event, eventsOfOtherModels(measured, event, this.#call.id));
      const mayBeRetried = status === undefined ? failure?.errorType !== "aborted" : status >= 400;
      if (mayBeRetried && event.success === false && this.#key !== null) {
        this.#memory.attempts.failed(this.#key, this.#call.id, this.#attempt);
      }
    });
  }

  #promptCharacters(): number | null {
    const body = this.#body;
    return body === null ? null : promptCharacters(body.text ?? new TextDecoder().decode(body.bytes));
  }
}
