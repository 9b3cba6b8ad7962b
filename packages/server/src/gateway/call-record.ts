import type { IncomingHttpHeaders } from "node:http";
import { blankRequest, type Measured, type RequestFacts, type Route } from "@outlay/providers";
import type { Estimates } from "../estimates/estimates.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { LearnedSizes } from "../limits/learned-sizes.ts";
import type { AskedCall } from "../limits/worst-case.ts";
import { openAnswerCopy, type AnswerCopy } from "./answer-copy.ts";
import type { Attempt, Attempts } from "./attempts.ts";
import { readAttribution, type Attribution } from "./attribution.ts";
import { costOfCall, eventsOfCall, UNKNOWN_MODEL, type CountedUsage, type FinishedCall } from "./call-events.ts";
import { estimateUsage, knownUsage, learnUsage, type UsageToCount } from "./count-usage.ts";
import type { Credential } from "./credentials.ts";
import { afterAnswers } from "./end-of-turn.ts";
import type { EventIds } from "./event-ids.ts";
import type { RequestBody } from "./read-request-body.ts";
import type { OpenLeases } from "./open-leases.ts";
import type { Recorder } from "./recorder.ts";
import { redact } from "./redact.ts";
import { hasMedia, sizeOfRequest } from "./request-size.ts";
import type { RunningCalls } from "./running-calls.ts";
import type { Upstream } from "./upstreams.ts";

/** What the records of all calls share. */
export interface RecordParts {
  ledger: Ledger;
  estimates: Estimates;
  recorder: Recorder;
  attempts: Attempts;
  ids: EventIds;
  running: RunningCalls;
  leases: OpenLeases;
  /** null: nothing is learned of the sizes of calls. */
  sizes: LearnedSizes | null;
  logFailure: (where: string, error: unknown) => void;
}

/** A request that is to be recorded. */
export interface RecordedRequest {
  upstream: Upstream;
  route: Route;
  /** Path and query at the provider. */
  path: string;
  headers: IncomingHttpHeaders;
  credential: Credential;
}

/** How a call ended. */
export interface CallEnd {
  /** The answer was broken off. */
  cut: boolean;
  /** The provider had the request and may have worked on it. */
  wasSent: boolean;
  /** What went wrong besides what the answer itself says. */
  failure: FinishedCall["failure"];
}

/** A request's body is kept until its call is over, to estimate tokens; of a larger one only the ends. */
const MAX_KEPT_BYTES = 8 * 1_048_576;
const KEPT_END_BYTES = 32_768;
/** So much of a request is searched for what an error message repeats of it. */
const SEARCHED_BYTES = 1_048_576;
/** Sizes are learned from requests that are quickly looked through. */
const MAX_LEARNED_BYTES = 262_144;
const EMPTY = Buffer.alloc(0);
/** Why a call ended that no limit had room for any more; as the code of a refusal. */
export const ENDED_BY_LIMIT = "limit_exceeded";

/**
 * What is known of one call, and in the end its events. Nothing here throws: whatever cannot be measured is counted as
 * unrecorded, and the call goes on.
 */
export class CallRecord {
  readonly id: string;
  facts: RequestFacts = blankRequest();
  readonly #parts: RecordParts;
  readonly #request: RecordedRequest;
  readonly #startedAtMs: number;
  readonly #started = performance.now();
  #attempt: Attempt = { number: 1, call: null };
  #path: string;
  #askedModel: string | null = null;
  #attribution: Attribution | null = null;
  #bodyBytes = 0;
  #keptBody: Buffer = EMPTY;
  #isBodyWhole = true;
  #copy: AnswerCopy | null = null;
  /** Pieces of the answer that came in this turn of the event loop. */
  #unread: { bytes: Buffer; atMs: number }[] = [];
  #status: number | null = null;
  /** Neither recorded nor given up. */
  #isOpen = true;

  constructor(parts: RecordParts, request: RecordedRequest) {
    this.#parts = parts;
    this.#request = request;
    this.#path = request.path;
    this.#startedAtMs = parts.ledger.now();
    this.id = parts.ids.idOf(request.headers, this.#startedAtMs);
    parts.running.begin();
  }

  /** The client went away before its request was there: no call, nothing to record. */
  forget(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#parts.running.end();
  }

  /** The call was refused: nothing to record, and its id is free. */
  refuse(): void {
    this.#parts.ids.giveBack(this.#request.headers, this.id);
    this.forget();
  }

  /** The request as it will go to the provider. */
  takeBody(body: RequestBody): void {
    this.#bodyBytes = body.bytes.length;
    this.#isBodyWhole = body.stream === null && body.bytes.length <= MAX_KEPT_BYTES;
    this.#keptBody = this.#isBodyWhole ? body.bytes : endsOf(body.bytes, KEPT_END_BYTES);
    const { upstream, route, headers, credential } = this.#request;
    const path = this.#path;
    try {
      const url = addressOf(`${upstream.origin}${path}`);
      this.facts = route.readRequest({ url, contentType: headers["content-type"] ?? null, body: body.bytes });
    } catch {
      // An address that is percent-encoded wrongly: the provider will say so.
      this.facts = blankRequest();
    }
    const compared = { credential: credential.name, path, body: this.#keptBody };
    this.#attempt = this.#parts.attempts.find(compared, headers);
  }

  /** The request goes to another model than the client asked for: as it is now. */
  takeSwapped(path: string, body: RequestBody): void {
    const asked = this.#askedModel ?? this.facts.model;
    this.#path = path;
    this.takeBody(body);
    this.#askedModel = asked;
  }

  /** Whose call it is. */
  get attribution(): Attribution {
    const { headers, credential } = this.#request;
    return (this.#attribution ??= readAttribution(headers, credential.outlayKey, this.facts));
  }

  /** What decides how much the call can cost. `body` as it was taken. */
  asked(body: RequestBody | null): AskedCall {
    const { upstream, route, headers } = this.#request;
    const { model, maxOutputTokens, choices, serviceTier, geo, usage } = this.facts;
    const inMemory = body?.bytes ?? EMPTY;
    const declared = Number(headers["content-length"] ?? 0);
    const bytes = body === null || body.stream === null ? inMemory.length : Math.max(declared, inMemory.length);
    return {
      provider: upstream.provider.billedAs,
      operation: route.operation,
      model: model ?? UNKNOWN_MODEL,
      atMs: this.#startedAtMs,
      request: sizeOfRequest(inMemory, bytes, headers["content-type"] ?? null),
      maxOutputTokens,
      choices,
      serviceTier,
      geo,
      usage,
    };
  }

  /** What the answer has said so far; null: nothing that can be read. */
  measured(): Measured | null {
    this.#readOn();
    return this.#copy?.measured() ?? null;
  }

  /** An answer has begun. `onRoom` is called when `push` has said no and can take more. */
  openAnswer(status: number, header: (name: string) => string | null, onRoom: () => void): void {
    this.#status = status;
    this.#safely(() => {
      const call = { request: this.facts, status, header };
      this.#copy = openAnswerCopy(this.#request.route, call, header("content-encoding"), onRoom);
    });
  }

  /** The answer that had begun does not count: the request goes out once more. */
  restart(): void {
    this.#unread = [];
    this.#copy?.end(true, () => {});
    this.#copy = null;
    this.#status = null;
  }

  /** A piece of the answer as it came. False: wait with more. */
  push(bytes: Buffer): boolean {
    const copy = this.#copy;
    if (copy === null) return true;
    const atMs = performance.now();
    if (this.facts.streaming && copy.isRoomy) {
      // What came for other clients goes on to them first.
      if (this.#unread.push({ bytes, atMs }) === 1) afterAnswers(() => this.#readOn());
      return true;
    }
    let goOn = true;
    this.#safely(() => (goOn = copy.push(bytes, atMs)));
    return goOn;
  }

  #readOn(): void {
    if (this.#unread.length === 0) return;
    const pieces = this.#unread;
    this.#unread = [];
    this.#safely(() => {
      for (const { bytes, atMs } of pieces) this.#copy?.push(bytes, atMs);
    });
  }

  /**
   * The call is over: its events are recorded. `done` gets the cost in dollars, null when it is not known. It is called
   * soon: with `waitForEstimate` after tokens were estimated, otherwise when what came is decompressed, mostly at once.
   */
  end(end: CallEnd, options: { waitForEstimate: boolean }, done: (costUsd: number | null) => void): void {
    let isDone = false;
    const finish = (costUsd: number | null) => {
      if (isDone) return;
      isDone = true;
      done(costUsd);
    };
    const settle = (measured: Measured | null) => {
      const isSettled = this.#safely(() => this.#settle(measured, end, options.waitForEstimate, finish));
      if (!isSettled) finish(null);
    };
    this.#readOn();
    const isRead = this.#safely(() => {
      if (this.#copy === null) settle(null);
      else this.#copy.end(end.cut, settle);
    });
    if (!isRead) finish(null);
  }

  #settle(
    measured: Measured | null,
    end: CallEnd,
    waitForEstimate: boolean,
    finish: (costUsd: number | null) => void,
  ): void {
    const call = this.#finished(measured, end);
    const toCount = this.#toCount(measured, end);
    const known = knownUsage(toCount);
    const { prices } = this.#parts.ledger;
    if (known !== null) {
      finish(costOfCall(prices, call, known));
      return afterAnswers(() => this.#safely(() => this.#keep(call, toCount, known)));
    }
    if (!waitForEstimate) finish(null);
    void this.#estimate(toCount).then((counted) => {
      const isKept = this.#safely(() => {
        finish(costOfCall(prices, call, counted));
        this.#keep(call, toCount, counted);
      });
      if (!isKept) finish(null);
    });
  }

  async #estimate(toCount: UsageToCount): Promise<CountedUsage> {
    try {
      return await estimateUsage(toCount, this.#parts.estimates);
    } catch (error) {
      this.#log(error);
      return { usage: toCount.measured?.usage ?? {}, errorPercent: null };
    }
  }

  #keep(call: FinishedCall, toCount: UsageToCount, counted: CountedUsage): void {
    const { attempts, recorder, estimates } = this.#parts;
    const { credential } = this.#request;
    recorder.add(eventsOfCall(call, counted, this.attribution));
    this.forget();
    if (isTriedAgain(call)) {
      attempts.failed({ credential: credential.name, path: this.#path, body: this.#keptBody }, call.id, call.attempt);
    }
    if (call.failure !== null) return;
    learnUsage(toCount, estimates);
    this.#learnSizes(call);
  }

  #learnSizes({ measured, facts }: FinishedCall): void {
    const { sizes } = this.#parts;
    if (sizes === null || measured === null || measured.usageState !== "complete" || measured.usage === null) return;
    const { upstream, route } = this.#request;
    const learned = {
      provider: upstream.provider.billedAs,
      operation: route.operation,
      model: facts.model ?? UNKNOWN_MODEL,
    };
    const isText = this.#isBodyWhole && this.#bodyBytes <= MAX_LEARNED_BYTES && sizes.wantsBytes(learned);
    const textBytes = isText && !hasMedia(this.#keptBody) ? this.#bodyBytes : null;
    sizes.learn(learned, { usage: measured.usage, choices: facts.choices, textBytes });
  }

  #finished(measured: Measured | null, end: CallEnd): FinishedCall {
    const { upstream, route, credential } = this.#request;
    const firstTextMs = this.#copy?.firstTextAtMs() ?? null;
    return {
      id: this.id,
      provider: upstream.provider,
      route,
      facts: this.facts,
      askedModel: this.#askedModel,
      attempt: this.#attempt,
      credential: credential.name,
      startedAtMs: this.#startedAtMs,
      durationMs: rounded(performance.now() - this.#started),
      timeToFirstTokenMs: firstTextMs === null ? null : rounded(firstTextMs - this.#started),
      status: this.#status,
      measured,
      failure: end.failure ?? this.#failureOf(measured),
    };
  }

  /** What the answer itself says went wrong, without what the request said. */
  #failureOf(measured: Measured | null): FinishedCall["failure"] {
    const error = measured?.error ?? null;
    if (error === null && (this.#status ?? 0) < 400) return null;
    const searched =
      this.#keptBody.length <= SEARCHED_BYTES ? this.#keptBody : endsOf(this.#keptBody, SEARCHED_BYTES / 2);
    const known = {
      secrets: this.#request.credential.secrets,
      request: searched.toString("utf8"),
      allowed: [this.facts.model, measured?.model ?? null],
    };
    const { type, message } = error ?? { type: String(this.#status), message: `HTTP ${this.#status}` };
    return { type: redact(type, known), message: redact(message, known) };
  }

  #toCount(measured: Measured | null, end: CallEnd): UsageToCount {
    const { upstream, route } = this.#request;
    return {
      provider: upstream.provider,
      operation: route.operation,
      facts: this.facts,
      measured,
      status: this.#status,
      wasSent: end.wasSent,
      body: this.#isBodyWhole ? this.#keptBody : null,
    };
  }

  /** False: there is a bug in how we read. The call is not recorded, and goes on. */
  #safely(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.#copy = null;
      if (this.#isOpen) {
        this.#parts.ledger.health.unrecorded += 1;
        this.#parts.leases.over(this.id);
        this.forget();
      }
      this.#log(error);
      return false;
    }
  }

  /** Without its message: that of a parser repeats what it read. */
  #log(error: unknown): void {
    const place = error instanceof Error ? (error.stack ?? "").split("\n").slice(-8).join("\n") : "";
    const name = error instanceof Error ? error.name : typeof error;
    this.#parts.logFailure("gateway measuring", `${name}\n${place}`);
  }
}

/** The same few addresses come again and again. */
const addresses = new Map<string, URL>();
const MAX_ADDRESSES = 200;
const MAX_ADDRESS_LENGTH = 500;

function addressOf(text: string): URL {
  const known = addresses.get(text);
  if (known !== undefined) return known;
  const url = new URL(text);
  if (addresses.size >= MAX_ADDRESSES) addresses.clear();
  if (text.length <= MAX_ADDRESS_LENGTH) addresses.set(text, url);
  return url;
}

function endsOf(bytes: Buffer, endBytes: number): Buffer {
  return Buffer.concat([bytes.subarray(0, endBytes), bytes.subarray(-endBytes)]);
}

/** What clients try again after. */
function isTriedAgain({ status, failure }: FinishedCall): boolean {
  if (failure === null || failure.type === ENDED_BY_LIMIT) return false;
  return status === null || status < 400 || status === 408 || status === 409 || status === 429 || status >= 500;
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
