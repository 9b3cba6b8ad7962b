import { CONTEXT_FIELDS, mergeContext, type CallContext } from "./context.ts";
import { newEventId } from "./event-id.ts";
import { LimitExceeded, LimitsUnreachable, type LimitFacts, type Refusal } from "./limit-exceeded.ts";
import type { Platform, PostAnswer } from "./platform.ts";
import { providerOfModel } from "./provider-of-model.ts";
import type { TrackedCall } from "./tracker.ts";
import { unrefTimer } from "./unref-timer.ts";
import type { Warnings } from "./warnings.ts";

/** How the server is asked before a call, and the most that the call can use. */
export interface LimitOptions {
  /** No call without the server's word: LimitsUnreachable where it cannot be asked. Default: the call is made all the same. */
  failClosed?: boolean | undefined;
  /** Longest wait for its word, in milliseconds; default: 2,000. */
  timeoutMs?: number | undefined;
  /** Tokens of the prompt, where they are known. */
  inputTokens?: number | undefined;
  /** Most tokens that the answer can have (`max_tokens`). */
  maxOutputTokens?: number | undefined;
  /** Most that the call can cost, where no price tells. */
  mostUsd?: number | undefined;
}

/** What is set aside for one call. Its tracked event settles it. */
export interface CallLease {
  /** The id to track the call with. */
  id: string;
  /** The model to use: as asked, or the cheaper one that a limit's owner named. */
  model: string;
  /** Over all limits the largest amount set aside, in US dollars. */
  leasedUsd: number;
  /** Limits that are nearly used up. */
  warnings: LimitFacts[];
  /** The call was not made, or cost nothing: nothing is set aside any more. Never throws. */
  release(): void;
  /** The call has ended: what is set aside is no longer kept up, and settled by its event. Never throws. */
  end(): void;
}

/** Leases expire after 15 minutes without a word. */
const RENEW_EVERY_MS = 5 * 60_000;

/** Asks the server for its word on calls. */
export class LimitDesk {
  readonly #platform: Platform;
  readonly #address: string;
  readonly #headers: Record<string, string>;
  readonly #warnings: Warnings;
  readonly #context: CallContext | undefined;

  constructor(options: {
    platform: Platform;
    /** Of the server, without a slash at the end. */
    url: string;
    key: string | undefined;
    warnings: Warnings;
    /** What all calls of the client have in common. */
    context: CallContext | undefined;
  }) {
    this.#platform = options.platform;
    this.#address = `${options.url}/api/v1/limits`;
    this.#headers = { "content-type": "application/json" };
    if (options.key !== undefined) this.#headers["authorization"] = `Bearer ${options.key}`;
    this.#warnings = options.warnings;
    this.#context = options.context;
  }

  /**
   * Sets aside what the call may cost. LimitExceeded where a limit has no room for it; null where the server cannot be asked, and
   * LimitsUnreachable with `failClosed`.
   */
  async lease(facts: TrackedCall, context: CallContext | undefined, options: LimitOptions): Promise<CallLease | null> {
    const eventId = facts.id == null || facts.id === "" ? newEventId(Date.now()) : String(facts.id);
    const { failClosed = false, timeoutMs = 2_000, inputTokens, maxOutputTokens, mostUsd } = options;
    const usage = { inputTokens, outputTokens: maxOutputTokens };
    const call = { ...this.#dimensionsOf(facts, context), eventId, usage, mostUsd };
    const answer = await this.#ask("lease", call, timeoutMs);
    if (typeof answer === "string") {
      if (failClosed) throw new LimitsUnreachable(`The call was not made: its limits cannot be asked for (${answer})`);
      this.#warnings.tell("limits_unreachable", `Calls are made without asking for their limits: ${answer}`);
      return null;
    }
    if (!answer.allowed) throw new LimitExceeded(answer.refusal);
    return this.#leaseOf(answer, { id: eventId, model: facts.model }, timeoutMs);
  }

  #dimensionsOf(facts: TrackedCall, context: CallContext | undefined): Record<string, unknown> {
    const { provider, model, operation, serviceTier, geo, variant } = facts;
    const always = mergeContext(this.#context, context ?? {});
    return {
      ...pick(mergeContext(always, facts)),
      provider: provider ?? providerOfModel(model),
      model,
      operation: operation ?? undefined,
      serviceTier: serviceTier ?? undefined,
      geo: geo ?? undefined,
      variant: variant ?? undefined,
      source: "sdk",
    };
  }

  #leaseOf(
    { lease, swappedModel, warnings }: Allowed,
    { id, model }: { id: string; model: string },
    timeoutMs: number,
  ): CallLease {
    const tell = (what: "renew" | "release") =>
      void this.#ask(`leases/${encodeURIComponent(lease.id)}/${what}`, {}, timeoutMs);
    const renewing = unrefTimer(setInterval(() => tell("renew"), RENEW_EVERY_MS));
    const end = () => clearInterval(renewing);
    return {
      id,
      model: swappedModel ?? model,
      leasedUsd: lease.leasedUsd,
      warnings,
      end,
      release() {
        end();
        tell("release");
      },
    };
  }

  /** The answer, or in words why there is none. Never rejects. */
  async #ask(path: string, body: unknown, timeoutMs: number): Promise<LeaseAnswer | string> {
    // Connections do not keep the process alive; who waits for an answer does.
    const staying = setTimeout(() => undefined, timeoutMs);
    try {
      const request = { url: `${this.#address}/${path}`, headers: this.#headers, timeoutMs };
      return understood(
        await this.#platform.post({ ...request, body: new TextEncoder().encode(JSON.stringify(body)) }),
      );
    } catch (error) {
      return error instanceof Error ? error.message : "no answer";
    } finally {
      clearTimeout(staying);
    }
  }
}

type LeaseAnswer = Allowed | { allowed: false; refusal: Refusal };

interface Allowed {
  allowed: true;
  lease: { id: string; leasedUsd: number };
  swappedModel: string | null;
  warnings: LimitFacts[];
}

/** Anything that is not Outlay's answer is none. */
function understood({ status, text }: PostAnswer): LeaseAnswer | string {
  const what = `${status}${text === "" ? "" : `: ${text.slice(0, 200)}`}`;
  if (status !== 200) return what;
  try {
    const answer = JSON.parse(text) as Partial<LeaseAnswer> | null;
    return answer !== null && typeof answer === "object" && "allowed" in answer ? (answer as LeaseAnswer) : what;
  } catch {
    return what;
  }
}

/** A span is of the trace, and nobody is limited by it. */
const NAMES = CONTEXT_FIELDS.filter((name) => name !== "span");

/** Only what says whose the call is. */
function pick(context: CallContext): Record<string, unknown> {
  return Object.fromEntries(NAMES.flatMap((name) => (context[name] == null ? [] : [[name, context[name]]])));
}
