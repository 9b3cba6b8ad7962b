import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import type { Route } from "@outlay/providers";
import type { Dispatcher } from "undici";
import { uuidV7 } from "../ledger/uuid-v7.ts";
import { admitCall, type Admission } from "./admit-call.ts";
import { CallRecord, ENDED_BY_LIMIT, type CallEnd, type RecordParts } from "./call-record.ts";
import type { Credential } from "./credentials.ts";
import { endAnswer } from "./end-of-turn.ts";
import type { Enforcement } from "./enforcement.ts";
import { AnswerHeaders, headersForProvider } from "./headers.ts";
import type { HeldAnswer, HeldAnswers } from "./held-answers.ts";
import { LimitedStream } from "./limited-stream.ts";
import { readRequestBody, streamedBody, type RequestBody } from "./read-request-body.ts";
import { languageOf, sendRefusal, type Refusal } from "./refuse.ts";
import { StreamBudget } from "./stream-budget.ts";
import type { Upstream } from "./upstreams.ts";
import { UsageChunkFilter } from "./usage-chunk-filter.ts";
import type { UsageRefusers } from "./usage-refusers.ts";

/** What all calls share. */
export interface CallParts extends RecordParts {
  held: HeldAnswers;
  usageRefusers: UsageRefusers;
  /** null: nothing is limited here. */
  enforcement: Enforcement | null;
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

type Admitted = Extract<Admission, { kind: "admitted" }>;

/** A larger answer is not held back for the sake of its cost. */
const MAX_HELD_BYTES = 262_144;
/** Of an error only so much is looked at. */
const MAX_ASKING_BYTES = 65_536;
/** A comment at the end of a stream waits no longer for an estimate. */
const MAX_COMMENT_WAIT_MS = 1_000;
/** A provider that is itself an Outlay gateway says these, too. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  "x-outlay-event-id",
  "x-outlay-cost-usd",
  "x-outlay-limit-remaining-usd",
  "x-outlay-model-swapped",
  "x-outlay-warning",
]);
const OWN_HEADERS_AND_LENGTH: ReadonlySet<string> = new Set([...OWN_HEADERS, "content-length"]);

/**
 * `asking`: an error, of which it is being found out whether it is about what the gateway added.
 * `held`: an answer waits for its own end, see held-answers.ts. `ending`: a stream goes on to the end of the piece that it has
 * begun, because nothing more can be set aside for it.
 */
type Phase = "waiting" | "asking" | "held" | "sending" | "ending" | "over";

/**
 * One call on its way: the request goes to the provider, the answer to the client as it comes, and a copy of both to the
 * record. Both sides set the pace: who reads slowly is waited for, who goes away ends the other side.
 *
 * The methods that undici calls are those of its older interface for handlers: the newer one has each header parsed into an object first,
 * which nobody needs here.
 */
export class ForwardedCall implements Dispatcher.DispatchHandler, HeldAnswer {
  readonly #parts: CallParts;
  readonly #request: CallRequest;
  /** null: a request that costs nothing, or that we do not know. */
  readonly #record: CallRecord | null;
  readonly #wantsComment: boolean;
  #body: RequestBody | null = null;
  /** null: the record has what the request says. */
  #unread: RequestBody | null = null;
  /** Path and query at the provider. */
  #path: string;
  /** null: no limit was asked. */
  #admission: Admitted | null = null;
  /** Under which something may be set aside; null: no limit was asked. */
  #eventId: string | null = null;
  #limited: LimitedStream | null = null;
  /** Of the last piece: what stands behind the place where the stream is to end. */
  #heldBack: Buffer = NOTHING;
  /** The body has a question for usage that the client did not ask. */
  #hasAsked = false;
  #phase: Phase = "waiting";
  /** null: the request waits for a connection. */
  #abort: ((error: Error) => void) | null = null;
  #goOn: () => void = ignore;
  /** The provider waits until `#goOn`. */
  #isPaused = false;
  /** The provider has got the request, or a part of it. */
  #isSent = false;
  #isClientGone = false;
  #isClientFull = false;
  #isRecordFull = false;
  #isHeadOut = false;
  #status = 0;
  #statusMessage = "";
  #answerHeaders: string[] = [];
  #isEventStream = false;
  #filter: UsageChunkFilter | null = null;
  #kept: Buffer[] = [];
  #keptBytes = 0;

  constructor(parts: CallParts, request: CallRequest) {
    const { route, incoming } = request;
    this.#parts = parts;
    this.#request = request;
    this.#path = request.credential.path ?? request.path;
    const isRecorded = route !== null && route.billed;
    this.#record = isRecorded ? new CallRecord(parts, { ...request, route, headers: incoming.headers }) : null;
    this.#wantsComment = isRecorded && incoming.headers["x-outlay-cost"] === "comment";
  }

  /** Reads the request and sends it on. */
  start(): void {
    const { incoming, outgoing } = this.#request;
    outgoing.on("close", () => this.#onClientClose());
    outgoing.on("error", () => {});
    incoming.on("error", () => {});
    if (!hasBody(incoming) || this.#record === null) return this.#admit(this.#enforcement());
    readRequestBody(incoming, (body) => this.#onBody(body));
  }

  #onBody(body: RequestBody): void {
    this.#body = body;
    this.#unread = body;
    const enforcement = this.#enforcement();
    if (enforcement !== null || this.#wantsComment || mayStream(body.bytes)) this.#readRequest();
    this.#admit(enforcement);
    this.#readRequest();
  }

  /** What a request says is mostly needed for its record only: then it is read while the provider works. */
  #readRequest(): void {
    if (this.#unread === null) return;
    this.#record!.takeBody(this.#unread);
    this.#unread = null;
  }

  /** null: no limit is to be asked. */
  #enforcement(): Enforcement | null {
    const { enforcement } = this.#parts;
    return enforcement !== null && enforcement.isNeeded && this.#mayCost() ? enforcement : null;
  }

  /** Asks the limits, where there are any, and sends the request on. */
  #admit(enforcement: Enforcement | null): void {
    if (enforcement === null) return this.#send();
    const { incoming, upstream, credential } = this.#request;
    const { ledger, leases } = this.#parts;
    const record = this.#record;
    this.#eventId = record?.id ?? uuidV7(ledger.now());
    const call = { incoming, upstream, credential, record, eventId: this.#eventId, path: this.#path, body: this.#body };
    const admission = admitCall(enforcement, leases, call);
    if (admission instanceof Promise) void admission.then((it) => this.#onAdmission(it));
    else this.#onAdmission(admission);
  }

  /** What is not measured costs something all the same, unless it only looks something up. */
  #mayCost(): boolean {
    const { route, incoming } = this.#request;
    return route === null ? !FREE_METHODS.has(incoming.method!) : route.billed;
  }

  #onAdmission(admission: Admission): void {
    if (this.#isClientGone) return this.#giveUp();
    if (admission.kind === "refused") {
      const { outgoing, upstream } = this.#request;
      this.#phase = "over";
      this.#record?.refuse();
      const language = languageOf(upstream.provider.name, this.#request.path);
      return sendRefusal(outgoing, admission.refusal, language, admission.headers);
    }
    this.#admission = admission;
    this.#path = admission.path;
    this.#body = admission.body;
    this.#send();
  }

  /** No event will settle what is set aside for a call that is not recorded. */
  #letUnmeasuredGo(): void {
    if (this.#record === null && this.#eventId !== null) this.#parts.leases.over(this.#eventId);
  }

  /** The client went while the limits were asked. */
  #giveUp(): void {
    this.#phase = "over";
    this.#parts.leases.over(this.#eventId!);
    this.#record?.forget();
  }

  #send(): void {
    const { incoming } = this.#request;
    const body = this.#body;
    if (body !== null) return this.#dispatch(body.stream ?? this.#askedBody(body.bytes, this.#record!) ?? body.bytes);
    this.#dispatch(hasBody(incoming) ? streamedBody(incoming) : null);
  }

  /** The body with a question for usage; null when there is nothing to ask, or no sense in asking. */
  #askedBody(bytes: Buffer, { facts }: CallRecord): Buffer | null {
    const { route, upstream, incoming } = this.#request;
    if (!facts.streaming || facts.usageAsked || incoming.headers["content-encoding"] !== undefined) return null;
    if (this.#parts.usageRefusers.has(upstream.provider.name, facts.model)) return null;
    const asked = route!.askForUsage(bytes.toString("utf8"), facts);
    if (asked === null) return null;
    this.#hasAsked = true;
    return Buffer.from(asked);
  }

  #dispatch(body: Buffer | Readable | null): void {
    const { incoming, upstream, dispatcher, credential } = this.#request;
    const headers = headersForProvider(incoming.rawHeaders, credential.changes);
    // Nothing can be taken out of, or put behind, an answer that is compressed.
    const isExtended = this.#wantsComment || this.#mayBeEnded();
    if (this.#hasAsked || (isExtended && this.#record!.facts.streaming)) withoutCompression(headers);
    const length = incoming.headers["content-length"];
    if (length !== undefined && body !== null && !Buffer.isBuffer(body)) headers.push("content-length", length);
    dispatcher.dispatch(
      {
        origin: upstream.origin!,
        path: this.#path,
        method: incoming.method as Dispatcher.HttpMethod,
        headers,
        body,
        // Nothing is ever sent behind it on the same connection before its answer is over.
        blocking: false,
      },
      this,
    );
  }

  /** A limit wants it to end when nothing more can be set aside for it. */
  #mayBeEnded(): boolean {
    const lease = this.#admission?.lease ?? null;
    return this.#record !== null && lease !== null && lease.whenStreamRunsOut === "end" && lease.leasedNanoUsd > 0;
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort;
    this.#isSent = !this.#isClientGone;
    if (this.#isClientGone) abort(new Error("the client is gone"));
  }

  onHeaders(status: number, raw: Buffer[], goOn: () => void, statusMessage: string): boolean {
    if (status < 200) return true;
    this.#goOn = goOn;
    this.#status = status;
    this.#statusMessage = statusMessage;
    const headers = new AnswerHeaders(raw);
    const contentType = headers.get("content-type") ?? "";
    const isPlain = headers.get("content-encoding") === null;
    this.#isEventStream = contentType.includes("event-stream");
    const isFiltered = this.#hasAsked && this.#isEventStream && isPlain;
    if (isFiltered) this.#filter = new UsageChunkFilter((data) => this.#request.route!.isUsageOnly(data));
    this.#answerHeaders = headers.forClient(isFiltered ? OWN_HEADERS_AND_LENGTH : OWN_HEADERS);
    const onRoom = () => {
      this.#isRecordFull = false;
      this.#resume();
    };
    this.#record?.openAnswer(status, (name) => headers.get(name), onRoom);
    this.#limit(contentType, isPlain);
    if (this.#hasAsked && (status === 400 || status === 422)) this.#phase = "asking";
    else if (this.#isHoldable(contentType, headers.get("content-length"))) this.#hold();
    else {
      this.#sendHead([]);
      this.#flushHeadSoon();
    }
    return !this.#isPaused;
  }

  /** Watches a stream for which something is set aside. */
  #limit(contentType: string, isPlain: boolean): void {
    const { prices, sizes } = this.#parts.enforcement ?? {};
    if (this.#admission === null || prices === undefined || sizes === undefined) return;
    const { lease, asked } = this.#admission;
    if (
      lease === null ||
      lease.leasedNanoUsd === 0 ||
      asked === null ||
      this.#status >= 400 ||
      !this.#record!.facts.streaming
    )
      return;
    const budget = new StreamBudget({ lease, asked, prices, sizes, estimates: this.#parts.estimates });
    this.#limited = new LimitedStream(budget, { contentType, isEnded: this.#mayBeEnded(), isPlain });
  }

  /** An answer in one small piece of JSON can wait the moment until its cost is known. */
  #isHoldable(contentType: string, contentLength: string | null): boolean {
    if (this.#record === null || this.#record.facts.streaming || !contentType.includes("json")) return false;
    return contentLength === null || Number(contentLength) <= MAX_HELD_BYTES;
  }

  #hold(): void {
    this.#phase = "held";
    this.#parts.held.add(this);
  }

  get isHeld(): boolean {
    return this.#phase === "held";
  }

  /** A held answer goes out now, though its cost is not known. */
  letGo(): void {
    if (this.#phase !== "held") return;
    this.#parts.held.delete(this);
    const chunks = this.#kept;
    this.#kept = [];
    this.#sendHead([]);
    this.#flushHeadSoon();
    for (const chunk of chunks) this.#write(chunk);
  }

  #sendHead(more: string[]): void {
    const { outgoing } = this.#request;
    const limited = this.#admission?.headers ?? [];
    const own =
      this.#record === null ? [...more, ...limited] : ["x-outlay-event-id", this.#record.id, ...more, ...limited];
    // The provider's own date goes on, or none.
    outgoing.sendDate = false;
    outgoing.writeHead(this.#status, this.#statusMessage, this.#answerHeaders.concat(own));
    this.#phase = "sending";
  }

  /** Mostly the first bytes of the body are here already, and the head goes out with them. */
  #flushHeadSoon(): void {
    process.nextTick(() => {
      const { outgoing } = this.#request;
      if (!this.#isHeadOut && !outgoing.destroyed) outgoing.flushHeaders();
    });
  }

  onData(chunk: Buffer): boolean {
    if (this.#phase === "over") return !this.#isPaused;
    if (this.#phase === "held" || this.#phase === "asking") this.#keep(chunk);
    else this.#pass(this.#filter === null ? chunk : this.#filter.push(chunk));
    if (this.#record !== null && !this.#record.push(chunk)) {
      this.#isRecordFull = true;
      this.#isPaused = true;
    }
    if (this.#limited !== null) this.#lookAtLimits(this.#limited, this.#record!);
    return !this.#isPaused;
  }

  #pass(bytes: Buffer): void {
    const limited = this.#limited;
    if (limited === null) return this.#write(bytes);
    const rest = this.#phase === "ending" ? limited.restOfPiece(bytes) : -1;
    const passed = rest < 0 ? bytes : bytes.subarray(0, rest);
    this.#heldBack = bytes.subarray(passed.length);
    this.#write(passed);
    limited.took(passed);
  }

  /** Ends the stream when nothing more can be set aside for it. */
  #lookAtLimits(limited: LimitedStream, record: CallRecord): void {
    const mayGoOn = limited.mayGoOn(() => record.measured());
    if (!mayGoOn && this.#phase === "sending" && this.#mayBeEnded()) this.#phase = "ending";
    if (this.#phase !== "ending" || !limited.isWhole()) return;
    const closing = limited.closing(record.facts.usageAsked);
    if (closing === null) {
      this.#phase = "sending";
      this.#limited = null;
      this.#write(this.#heldBack);
      return;
    }
    this.#phase = "over";
    this.#endAtLimit(closing, record);
  }

  #endAtLimit(closing: Buffer | "broken", record: CallRecord): void {
    const { outgoing } = this.#request;
    this.#abort!(new Error("no limit has room for more of the stream"));
    if (closing === "broken") {
      breakOff(outgoing, new Error("cannot be ended"));
      return record.end(AT_LIMIT, SOON, ignore);
    }
    this.#write(closing);
    if (this.#wantsComment && this.#isEventStream) return this.#endWithComment(record, AT_LIMIT);
    outgoing.end();
    record.end(AT_LIMIT, SOON, ignore);
  }

  #keep(chunk: Buffer): void {
    this.#kept.push(chunk);
    this.#keptBytes += chunk.length;
    if (this.#phase === "asking" && this.#keptBytes > MAX_ASKING_BYTES) this.#hold();
    if (this.#phase === "held" && this.#keptBytes > MAX_HELD_BYTES) this.letGo();
  }

  #write(bytes: Buffer): void {
    if (bytes.length === 0 || this.#isClientGone) return;
    const { outgoing } = this.#request;
    this.#isHeadOut = true;
    if (outgoing.write(bytes) || this.#isClientFull) return;
    this.#isClientFull = true;
    this.#isPaused = true;
    outgoing.once("drain", () => {
      this.#isClientFull = false;
      this.#resume();
    });
  }

  #resume(): void {
    if (!this.#isPaused || this.#isClientFull || this.#isRecordFull || this.#phase === "over") return;
    this.#isPaused = false;
    this.#goOn();
  }

  /** `trailers`: as bytes, whatever the types of undici say. */
  onComplete(trailers: unknown): void {
    this.#letUnmeasuredGo();
    if (this.#phase === "asking" && this.#askWithout()) return;
    if (this.#phase === "over") return;
    const { outgoing } = this.#request;
    addTrailers(outgoing, trailers as Buffer[] | null);
    if (this.#phase === "held" || this.#phase === "asking") return this.#endHeld(this.#record!);
    if (this.#filter !== null) this.#write(this.#filter.end());
    this.#phase = "over";
    this.#isHeadOut = true;
    if (this.#wantsComment && this.#isEventStream) return this.#endWithComment(this.#record!, WHOLE);
    outgoing.end();
    this.#record?.end(WHOLE, SOON, ignore);
  }

  /** The provider does not understand the question for usage: the request goes again as the client wrote it. */
  #askWithout(): boolean {
    const error = Buffer.concat(this.#kept).toString("latin1");
    if (!error.includes("stream_options")) return false;
    const { upstream } = this.#request;
    this.#parts.usageRefusers.add(upstream.provider.name, this.#record!.facts.model);
    this.#record!.restart();
    this.#hasAsked = false;
    this.#filter = null;
    this.#kept = [];
    this.#keptBytes = 0;
    this.#phase = "waiting";
    this.#dispatch(this.#body!.bytes);
    return true;
  }

  #endHeld(record: CallRecord): void {
    if (this.#phase === "asking") this.#phase = "held";
    record.end(WHOLE, SOON, (costUsd) => {
      const { outgoing } = this.#request;
      // It may have been let go while a copy of it was decompressed.
      if (this.#phase === "held") {
        this.#parts.held.delete(this);
        this.#sendHead(costUsd === null ? [] : ["x-outlay-cost-usd", decimal(costUsd)]);
        this.#isHeadOut = true;
        endAnswer(outgoing, this.#kept.length === 1 ? this.#kept[0]! : Buffer.concat(this.#kept));
      } else {
        outgoing.end();
      }
      this.#phase = "over";
    });
  }

  #endWithComment(record: CallRecord, end: CallEnd): void {
    const { outgoing } = this.#request;
    const limit = setTimeout(() => outgoing.end(), MAX_COMMENT_WAIT_MS);
    record.end(end, { waitForEstimate: true }, (costUsd) => {
      clearTimeout(limit);
      if (!outgoing.writableEnded) outgoing.end(`: outlay ${JSON.stringify({ costUsd, eventId: record.id })}\n\n`);
    });
  }

  onError(error: Error): void {
    const phase = this.#phase;
    this.#readRequest();
    this.#letUnmeasuredGo();
    if (phase === "over") return;
    this.#parts.held.delete(this);
    if (this.#isClientGone) {
      this.#phase = "over";
      this.#record?.end({ ...ABORTED, wasSent: this.#isSent }, SOON, ignore);
    } else if (phase === "waiting") {
      this.#phase = "over";
      this.#refuse(error);
    } else {
      if (phase === "asking") this.#phase = "held";
      this.letGo();
      this.#phase = "over";
      if (!this.#isHeadOut) this.#request.outgoing.flushHeaders();
      breakOff(this.#request.outgoing, error);
      const isStopping = (error as NodeJS.ErrnoException).code === "UND_ERR_DESTROYED";
      this.#record?.end(isStopping ? STOPPED : BROKEN, SOON, ignore);
    }
  }

  /** No answer came. */
  #refuse(error: Error): void {
    const { outgoing, upstream } = this.#request;
    const refusal = refusalOf(error, upstream);
    const own = this.#record === null ? [] : ["x-outlay-event-id", this.#record.id];
    sendRefusal(outgoing, refusal, upstream.provider.name, own);
    const failure = { type: refusal.code, message: refusal.message };
    this.#record?.end({ cut: true, wasSent: false, failure }, SOON, ignore);
  }

  #onClientClose(): void {
    this.#body?.release();
    if (this.#phase === "over") return;
    this.#isClientGone = true;
    if (this.#abort !== null) this.#abort(new Error("the client is gone"));
    // Its body never came to an end; otherwise the request waits for a connection, and ends when it gets one.
    else if (!this.#request.incoming.complete) this.#record?.forget();
  }
}

const NOTHING = Buffer.alloc(0);
const SOON = { waitForEstimate: false };
const WHOLE: CallEnd = { cut: false, wasSent: true, failure: null };
const ABORTED: CallEnd = {
  cut: true,
  wasSent: true,
  failure: { type: "aborted", message: "The client ended the call" },
};
const STOPPED: CallEnd = { ...ABORTED, failure: { type: "aborted", message: "Outlay was stopped" } };
const AT_LIMIT: CallEnd = {
  ...ABORTED,
  failure: { type: ENDED_BY_LIMIT, message: "Ended: no limit had room for more of the stream" },
};
const BROKEN: CallEnd = {
  cut: true,
  wasSent: true,
  failure: { type: "connection_broken", message: "The provider broke off its answer" },
};

/** Look something up, or take something away. */
const FREE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "DELETE"]);

function ignore(): void {}

function hasBody({ headers }: IncomingMessage): boolean {
  if (headers["transfer-encoding"] !== undefined) return true;
  return headers["content-length"] !== undefined && headers["content-length"] !== "0";
}

const BACKSLASH = 0x5c;

/** False: the body does not ask for a stream, in whatever way its JSON is written. */
function mayStream(body: Buffer): boolean {
  return body.includes("stream") || (body.includes(BACKSLASH) && body.includes("\\u"));
}

function withoutCompression(headers: string[]): void {
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    if (headers[i]!.toLowerCase() === "accept-encoding") headers.splice(i, 2);
  }
  headers.push("accept-encoding", "identity");
}

function addTrailers(outgoing: ServerResponse, raw: Buffer[] | null): void {
  if (raw === null || raw.length === 0) return;
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
  const where = `${name} at ${upstream.origin}`;
  if (code === "UND_ERR_INVALID_ARG") {
    return { status: 400, code: "cannot_forward", message: `The request cannot be sent to ${name}: ${error.message}` };
  }
  if (/TIMEOUT|ETIMEDOUT/.test(code)) {
    return { status: 504, code: "provider_timeout", message: `${where} did not answer in time` };
  }
  const why = code === "" ? "" : ` (${code})`;
  return { status: 502, code: "provider_unreachable", message: `${where} gave no answer${why}` };
}

/** Without an exponent: 0.000000012 */
function decimal(usd: number): string {
  const text = usd.toFixed(9);
  let end = text.length;
  while (text[end - 1] === "0") end -= 1;
  return text.slice(0, text[end - 1] === "." ? end - 1 : end);
}
