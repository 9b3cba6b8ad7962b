import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { blankRequest, type Measured, type RequestFacts, type Route } from "@outlay/providers";
import type { Dispatcher } from "undici";
import type { Estimates } from "../estimates/estimates.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { openAnswerCopy, type AnswerCopy } from "./answer-copy.ts";
import type { Attempt, Attempts } from "./attempts.ts";
import { readAttribution } from "./attribution.ts";
import { costOfEvents, eventsOfCall, type CountedUsage, type FinishedCall } from "./call-events.ts";
import { estimateUsage, knownUsage, learnUsage, type UsageToCount } from "./count-usage.ts";
import type { Credential } from "./credentials.ts";
import type { EventIds } from "./event-ids.ts";
import { headersForClient, headersForProvider } from "./headers.ts";
import type { HeldAnswers } from "./held-answers.ts";
import { readRequestBody, type RequestBody } from "./read-request-body.ts";
import type { Recorder } from "./recorder.ts";
import { redact } from "./redact.ts";
import { sendRefusal, type Refusal } from "./refuse.ts";
import type { Upstream } from "./upstreams.ts";
import { UsageChunkFilter } from "./usage-chunk-filter.ts";
import type { UsageRefusers } from "./usage-refusers.ts";

/** What all calls share. */
export interface CallParts {
  ledger: Ledger;
  estimates: Estimates;
  recorder: Recorder;
  attempts: Attempts;
  ids: EventIds;
  held: HeldAnswers;
  usageRefusers: UsageRefusers;
  logFailure: (where: string, error: unknown) => void;
}

/** One request on its way. */
export interface CallRequest {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  upstream: Upstream;
  dispatcher: Dispatcher;
  /** null: forwarded without being recorded. */
  route: Route | null;
  /** Path and query at the provider. */
  path: string;
  credential: Credential;
}

/** A larger answer is not held back for the sake of its cost. */
const MAX_HELD_BYTES = 262_144;
/** Of an error only so much is looked at. */
const MAX_CHECKED_BYTES = 65_536;
/** A request's body is kept until its call is over, to estimate tokens; of a larger one only the ends. */
const MAX_KEPT_BYTES = 8 * 1_048_576;
const KEPT_END_BYTES = 32_768;
/** A comment at the end of a stream waits no longer for an estimate. */
const MAX_COMMENT_WAIT_MS = 1_000;
/** A provider that is itself an Outlay gateway says these, too. */
const OWN_ANSWER_HEADERS: ReadonlySet<string> = new Set(["x-outlay-event-id", "x-outlay-cost-usd"]);
const OWN_ANSWER_HEADERS_AND_LENGTH: ReadonlySet<string> = new Set([...OWN_ANSWER_HEADERS, "content-length"]);
const ACCEPT_ENCODING = new Set(["accept-encoding"]);

/** `asking`: of an error it is being found out whether it is about what the gateway added. `held`: see held-answers.ts. */
type Phase = "waiting" | "asking" | "held" | "sending" | "over";

/**
 * One call: the request goes to the provider, the answer to the client as it comes, a copy of it is read on the way.
 * When it is over its events are recorded. Nothing of the recording can delay or break the call.
 */
export class ForwardedCall implements Dispatcher.DispatchHandler {
  readonly #parts: CallParts;
  readonly #request: CallRequest;
  readonly #startedAtMs: number;
  readonly #started = performance.now();
  readonly #id: string;
  readonly #wantsComment: boolean;
  #facts: RequestFacts = blankRequest();
  #attempt: Attempt = { number: 1, call: null };
  #body: RequestBody | null = null;
  #keptBody: Buffer = EMPTY;
  #isBodyWhole = true;
  /** The body with a question for usage that the client did not ask. */
  #hasAsked = false;
  #phase: Phase = "waiting";
  #controller: Dispatcher.DispatchController | null = null;
  #isClientGone = false;
  #isClientFull = false;
  #isCopyFull = false;
  #isHeadFlushed = false;
  #status: number | null = null;
  #statusMessage = "";
  #answerHeaders: string[] = [];
  #contentType = "";
  #copy: AnswerCopy | null = null;
  #filter: UsageChunkFilter | null = null;
  #heldChunks: Buffer[] = [];
  #heldBytes = 0;

  constructor(parts: CallParts, request: CallRequest) {
    this.#parts = parts;
    this.#request = request;
    this.#startedAtMs = parts.ledger.now();
    const { headers } = request.incoming;
    this.#id = request.route === null ? "" : parts.ids.idOf(headers, this.#startedAtMs);
    this.#wantsComment = headers["x-outlay-cost"] === "comment";
  }

  /** Reads the request, and sends it on. */
  start(): void {
    const { incoming, outgoing, route } = this.#request;
    outgoing.on("close", () => this.#onClientClose());
    outgoing.on("error", () => {});
    incoming.on("error", () => {});
    if (!hasBody(incoming)) return this.#dispatch(null);
    if (route === null) return this.#dispatch(incoming);
    readRequestBody(incoming, (body) => this.#onBody(body));
  }

  #onBody(body: RequestBody): void {
    const { incoming, route, path, upstream, credential } = this.#request;
    this.#body = body;
    this.#isBodyWhole = body.stream === null && body.bytes.length <= MAX_KEPT_BYTES;
    this.#keptBody = this.#isBodyWhole ? body.bytes : endsOf(body.bytes);
    this.#facts = readFacts(route!, `${upstream.origin}${path}`, incoming.headers["content-type"] ?? null, body.bytes);
    this.#attempt = this.#parts.attempts.find(
      { credential: credential.name, path, body: this.#keptBody },
      incoming.headers,
    );
    this.#dispatch(body.stream ?? this.#askedBody(body.bytes) ?? body.bytes);
  }

  /** The body with a question for usage; null when there is nothing to ask, or no sense in asking. */
  #askedBody(bytes: Buffer): Buffer | null {
    const { route, upstream, incoming } = this.#request;
    if (!this.#facts.streaming || this.#facts.usageAsked) return null;
    if (incoming.headers["content-encoding"] !== undefined) return null;
    if (this.#parts.usageRefusers.has(upstream.provider.name, this.#facts.model)) return null;
    const asked = route!.askForUsage(bytes.toString("utf8"), this.#facts);
    if (asked === null) return null;
    this.#hasAsked = true;
    return Buffer.from(asked);
  }

  #dispatch(body: Buffer | Readable | null): void {
    const { incoming, upstream, dispatcher, path, credential } = this.#request;
    const headers = headersForProvider(incoming.rawHeaders, credential.changes);
    // Nothing can be taken out of, or put behind, an answer that is compressed.
    if (this.#hasAsked || (this.#wantsComment && this.#facts.streaming)) withoutCompression(headers);
    const length = incoming.headers["content-length"];
    if (length !== undefined && body !== null && !Buffer.isBuffer(body)) headers.push("content-length", length);
    dispatcher.dispatch(
      {
        origin: upstream.origin!,
        path: credential.path ?? path,
        method: incoming.method as Dispatcher.HttpMethod,
        headers,
        body,
      },
      this,
    );
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isClientGone) controller.abort(new Error("the client is gone"));
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
    statusMessage?: string,
  ): void {
    if (status < 200) return;
    this.#status = status;
    this.#statusMessage = statusMessage ?? "";
    const isRefused = this.#hasAsked && (status === 400 || status === 422);
    this.#openAnswer(controller.rawHeaders as Buffer[], headers);
    if (isRefused) this.#phase = "asking";
    else if (this.#isHoldable(headers)) this.#hold();
    else this.#sendHead([]);
  }

  #openAnswer(rawHeaders: Buffer[], headers: Record<string, string | string[] | undefined>): void {
    const { route } = this.#request;
    this.#contentType = textOf(headers["content-type"]) ?? "";
    const encoding = textOf(headers["content-encoding"]);
    this.#filter =
      this.#hasAsked && encoding === null && this.#contentType.includes("event-stream")
        ? new UsageChunkFilter((data) => route!.isUsageOnly(data))
        : null;
    const without = this.#filter === null ? OWN_ANSWER_HEADERS : OWN_ANSWER_HEADERS_AND_LENGTH;
    this.#answerHeaders = headersForClient(rawHeaders, without);
    if (route === null || !route.billed) return;
    const call = { request: this.#facts, status: this.#status!, header: (name: string) => textOf(headers[name]) };
    this.#copy = openAnswerCopy(route, call, encoding, () => {
      this.#isCopyFull = false;
      this.#resume();
    });
  }

  /** An answer in one small piece of JSON can wait the moment until its cost is known. */
  #isHoldable(headers: Record<string, string | string[] | undefined>): boolean {
    if (this.#copy === null || this.#facts.streaming || !this.#contentType.includes("json")) return false;
    const length = textOf(headers["content-length"]);
    return length === null || Number(length) <= MAX_HELD_BYTES;
  }

  #hold(): void {
    this.#phase = "held";
    this.#parts.held.add(this);
  }

  /** The answer goes out now, though its cost is not known. */
  letGo(): void {
    if (this.#phase !== "held") return;
    this.#parts.held.delete(this);
    const chunks = this.#heldChunks;
    this.#heldChunks = [];
    this.#sendHead([]);
    for (const chunk of chunks) this.#write(chunk);
  }

  #sendHead(more: string[]): void {
    const { outgoing, route } = this.#request;
    this.#phase = "sending";
    // The provider's own date goes on, or none.
    outgoing.sendDate = false;
    const isRecorded = route !== null && route.billed;
    const own = isRecorded ? ["x-outlay-event-id", this.#id, ...more] : more;
    outgoing.writeHead(this.#status!, this.#statusMessage, [...this.#answerHeaders, ...own]);
    // Mostly the first bytes of the body are here already, and the head goes out with them.
    process.nextTick(() => {
      if (this.#isHeadFlushed || outgoing.destroyed) return;
      this.#isHeadFlushed = true;
      outgoing.flushHeaders();
    });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#phase === "held" || this.#phase === "asking") this.#keep(chunk);
    else this.#write(this.#filter === null ? chunk : this.#filter.push(chunk));
    if (this.#copy !== null && !this.#copy.push(chunk)) {
      this.#isCopyFull = true;
      this.#controller!.pause();
    }
  }

  #keep(chunk: Buffer): void {
    this.#heldChunks.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#phase === "asking" && this.#heldBytes > MAX_CHECKED_BYTES) this.#hold();
    if (this.#phase === "held" && this.#heldBytes > MAX_HELD_BYTES) this.letGo();
  }

  #write(bytes: Buffer): void {
    if (bytes.length === 0 || this.#isClientGone) return;
    const { outgoing } = this.#request;
    this.#isHeadFlushed = true;
    if (outgoing.write(bytes) || this.#isClientFull) return;
    this.#isClientFull = true;
    this.#controller!.pause();
    outgoing.once("drain", () => {
      this.#isClientFull = false;
      this.#resume();
    });
  }

  #resume(): void {
    if (this.#isClientFull || this.#isCopyFull || this.#phase === "over") return;
    this.#controller?.resume();
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    if (this.#phase === "asking" && this.#askWithout()) return;
    const { outgoing } = this.#request;
    const isHeld = this.#phase === "held" || this.#phase === "asking";
    if (isHeld) return this.#endHeld();
    if (this.#filter !== null) this.#write(this.#filter.end());
    addTrailers(outgoing, controller.rawTrailers as Buffer[] | null);
    if (this.#wantsComment && this.#copy !== null && this.#contentType.includes("event-stream")) {
      return this.#endWithComment();
    }
    this.#phase = "over";
    this.#isHeadFlushed = true;
    outgoing.end();
    this.#endCopy(false, (measured) => this.#record(measured, null));
  }

  /** The provider does not know how to be asked for usage: the request goes again as the client wrote it. */
  #askWithout(): boolean {
    const text = Buffer.concat(this.#heldChunks).toString("latin1");
    if (!text.includes("stream_options")) return false;
    this.#parts.usageRefusers.add(this.#request.upstream.provider.name, this.#facts.model);
    this.#hasAsked = false;
    this.#copy?.end(true, () => {});
    this.#copy = null;
    this.#filter = null;
    this.#heldChunks = [];
    this.#heldBytes = 0;
    this.#status = null;
    this.#phase = "waiting";
    this.#dispatch(this.#body!.bytes);
    return true;
  }

  #endHeld(): void {
    this.#endCopy(false, (measured) => {
      const { outgoing } = this.#request;
      const call = this.#finished(measured, null);
      const counted = knownUsage(this.#usageToCount(measured));
      const events = counted === null ? null : eventsOfCall(call, counted);
      const costUsd = events === null ? null : costOfEvents(this.#parts.ledger.prices, events, this.#startedAtMs);
      // It may have been let go while it was being decompressed.
      if (this.#phase !== "sending") {
        this.#parts.held.delete(this);
        this.#sendHead(costUsd === null ? [] : ["x-outlay-cost-usd", decimal(costUsd)]);
        this.#isHeadFlushed = true;
        outgoing.end(joined(this.#heldChunks));
      } else {
        outgoing.end();
      }
      this.#phase = "over";
      if (events === null) void this.#estimateAndRecord(call, measured);
      else this.#keepEvents(call, events, measured);
    });
  }

  #endWithComment(): void {
    const { outgoing } = this.#request;
    this.#phase = "over";
    this.#endCopy(false, async (measured) => {
      const limit = setTimeout(() => outgoing.end(), MAX_COMMENT_WAIT_MS);
      const costUsd = await this.#record(measured, null);
      clearTimeout(limit);
      if (outgoing.writableEnded) return;
      outgoing.end(`: outlay ${JSON.stringify({ costUsd, eventId: this.#id })}\n\n`);
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#phase === "over") return;
    const phase = this.#phase;
    this.#parts.held.delete(this);
    if (this.#isClientGone) {
      this.#phase = "over";
      const failure = { type: "aborted", message: "The client ended the call" };
      return this.#endCopy(true, (measured) => this.#record(measured, failure));
    }
    if (phase === "waiting") return this.#refuse(error);
    if (phase !== "sending") {
      this.#phase = "held";
      this.letGo();
    }
    this.#phase = "over";
    breakOff(this.#request.outgoing, error);
    const failure = { type: "connection_broken", message: "The provider broke off its answer" };
    this.#endCopy(true, (measured) => this.#record(measured, failure));
  }

  /** No answer came. */
  #refuse(error: Error): void {
    const { outgoing, upstream, route } = this.#request;
    const refusal = refusalOf(error, upstream);
    const isRecorded = route !== null && route.billed;
    this.#phase = "over";
    sendRefusal(outgoing, refusal, upstream.provider.name, isRecorded ? ["x-outlay-event-id", this.#id] : []);
    if (isRecorded) this.#record(null, { type: refusal.code, message: refusal.message });
  }

  #onClientClose(): void {
    this.#body?.release();
    if (this.#phase === "over" && this.#request.outgoing.writableFinished) return;
    this.#isClientGone = true;
    this.#controller?.abort(new Error("the client is gone"));
  }

  #endCopy(cut: boolean, done: (measured: Measured | null) => unknown): void {
    if (this.#copy === null) done(null);
    else this.#copy.end(cut, (measured) => done(measured));
  }

  /** Resolves with the cost in dollars, null when it is not known. Never rejects. */
  async #record(measured: Measured | null, failure: FinishedCall["failure"]): Promise<number | null> {
    const { route } = this.#request;
    if (route === null || !route.billed) return null;
    const call = this.#finished(measured, failure);
    const counted = knownUsage(this.#usageToCount(measured));
    if (counted === null) return this.#estimateAndRecord(call, measured);
    return this.#keepEvents(call, eventsOfCall(call, counted), measured);
  }

  async #estimateAndRecord(call: FinishedCall, measured: Measured | null): Promise<number | null> {
    const toCount = this.#usageToCount(measured);
    let counted: CountedUsage;
    try {
      counted = await estimateUsage(toCount, this.#parts.estimates);
    } catch (error) {
      this.#parts.logFailure("gateway estimate", error);
      counted = { usage: measured?.usage ?? {}, errorPercent: null };
    }
    return this.#keepEvents(call, eventsOfCall(call, counted), measured);
  }

  #keepEvents(call: FinishedCall, events: ReturnType<typeof eventsOfCall>, measured: Measured | null): number | null {
    const { attempts, recorder, estimates, ledger } = this.#parts;
    recorder.add(events);
    if (isTriedAgain(call)) {
      const { path, credential } = this.#request;
      attempts.failed({ credential: credential.name, path, body: this.#keptBody }, call.id, call.attempt);
    }
    if (call.failure === null) learnUsage(this.#usageToCount(measured), estimates);
    this.#body?.release();
    this.#keptBody = EMPTY;
    return this.#wantsComment ? costOfEvents(ledger.prices, events, this.#startedAtMs) : null;
  }

  #finished(measured: Measured | null, failure: FinishedCall["failure"]): FinishedCall {
    const { upstream, route, incoming, credential } = this.#request;
    const firstTextMs = this.#copy?.firstTextAtMs() ?? null;
    return {
      id: this.#id,
      provider: upstream.provider,
      route: route!,
      facts: this.#facts,
      attribution: readAttribution(incoming.headers, credential.outlayKey, this.#facts),
      attempt: this.#attempt,
      credential: credential.name,
      startedAtMs: this.#startedAtMs,
      durationMs: rounded(performance.now() - this.#started),
      timeToFirstTokenMs: firstTextMs === null ? null : rounded(firstTextMs - this.#started),
      status: this.#status,
      measured,
      failure: failure ?? this.#failureOf(measured),
      notes: {},
    };
  }

  /** What the answer itself says went wrong, without what the request said. */
  #failureOf(measured: Measured | null): FinishedCall["failure"] {
    const error = measured?.error ?? null;
    if (error === null && (this.#status ?? 0) < 400) return null;
    const known = {
      secrets: this.#request.credential.secrets,
      request: this.#keptBody.toString("utf8"),
      allowed: [this.#facts.model, measured?.model ?? null],
    };
    const { type, message } = error ?? { type: String(this.#status), message: `HTTP ${this.#status}` };
    return { type: redact(type, known), message: redact(message, known) };
  }

  #usageToCount(measured: Measured | null): UsageToCount {
    const { upstream, route } = this.#request;
    return {
      provider: upstream.provider,
      operation: route!.operation,
      facts: this.#facts,
      measured,
      status: this.#status,
      wasSent: this.#controller !== null && (this.#status !== null || this.#isClientGone),
      body: this.#isBodyWhole ? this.#keptBody : null,
    };
  }
}

const EMPTY = Buffer.alloc(0);

function hasBody(incoming: IncomingMessage): boolean {
  const { headers } = incoming;
  if (headers["transfer-encoding"] !== undefined) return true;
  return headers["content-length"] !== undefined && headers["content-length"] !== "0";
}

function readFacts(route: Route, address: string, contentType: string | null, body: Uint8Array): RequestFacts {
  try {
    return route.readRequest({ url: new URL(address), contentType, body });
  } catch {
    // An address that is percent-encoded wrongly: the provider will say so.
    return blankRequest();
  }
}

function endsOf(bytes: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, KEPT_END_BYTES), bytes.subarray(-KEPT_END_BYTES)]);
}

function withoutCompression(headers: string[]): void {
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    if (ACCEPT_ENCODING.has(headers[i]!.toLowerCase())) headers.splice(i, 2);
  }
  headers.push("accept-encoding", "identity");
}

function textOf(value: string | string[] | undefined): string | null {
  if (value === undefined) return null;
  return typeof value === "string" ? value : value.join(", ");
}

function addTrailers(outgoing: ServerResponse, raw: Buffer[] | null): void {
  if (raw === null || raw === undefined || raw.length === 0) return;
  const pairs: [string, string][] = [];
  for (let i = 0; i < raw.length; i += 2) pairs.push([raw[i]!.toString("latin1"), raw[i + 1]!.toString("latin1")]);
  outgoing.addTrailers(pairs);
}

/** The client sees what we saw: what came is delivered, then the connection ends without the answer's end. */
function breakOff(outgoing: ServerResponse, error: Error): void {
  const { socket } = outgoing;
  if (socket === null) return;
  if ((error as NodeJS.ErrnoException).code === "ECONNRESET" && socket.writableLength === 0) socket.resetAndDestroy();
  else socket.destroySoon();
}

function refusalOf(error: Error, upstream: Upstream): Refusal {
  const { code = "" } = error as NodeJS.ErrnoException;
  const { name } = upstream.provider;
  if (code === "UND_ERR_INVALID_ARG") {
    return {
      status: 400,
      code: "cannot_forward",
      message: `The request cannot be sent on to ${name}: ${error.message}`,
    };
  }
  if (/TIMEOUT|ETIMEDOUT/.test(code)) {
    return { status: 504, code: "provider_timeout", message: `${name} at ${upstream.origin} did not answer in time` };
  }
  return {
    status: 502,
    code: "provider_unreachable",
    message: `${name} at ${upstream.origin} gave no answer that can be understood${code === "" ? "" : ` (${code})`}`,
  };
}

/** What the SDKs try again after. */
function isTriedAgain({ status, failure }: FinishedCall): boolean {
  if (failure === null) return false;
  return status === null || status < 400 || status === 408 || status === 409 || status === 429 || status >= 500;
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

/** Without an exponent: 0.000000012 */
function decimal(usd: number): string {
  return usd.toFixed(9).replace(/\.?0+$/, "");
}

function joined(chunks: Buffer[]): Buffer {
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}
