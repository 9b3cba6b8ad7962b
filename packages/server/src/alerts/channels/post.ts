import { lookup } from "node:dns/promises";
import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { internalKind } from "./address-policy.ts";
import type { ResolvedAddress, SendingMeans } from "./channel-kind.ts";
import { requireSuccess } from "./require-success.ts";
import { SendFailed } from "./send-failed.ts";

/** What the other side answered. */
export interface HttpAnswer {
  status: number;
  /** For people: `200 OK: accepted`. The text is cut after 2 kB. */
  text: string;
  /** What the header Retry-After asks for; null: nothing, or something else. */
  retryAfterMs: number | null;
}

export interface PostOptions extends SendingMeans {
  headers: Record<string, string>;
  body: string;
  /** From the look-up of the name to the end of the answer. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 2_048;

/**
 * Posts to an address that somebody has named. Only addresses that `policy` allows are connected to: the name is looked up
 * once, all that it stands for is checked, and the connection goes to just those. Redirects are not followed, proxies of the
 * environment not used. Any status is an answer; throws SendFailed when there is none.
 */
export async function post(url: string, { timeoutMs = TIMEOUT_MS, ...options }: PostOptions): Promise<HttpAnswer> {
  const target = new URL(url);
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
  try {
    const addresses = await allowedAddresses(target, options, signal);
    return await exchange(target, addresses, options, signal);
  } catch (error) {
    if (error instanceof SendFailed) throw error;
    if (timeout.aborted)
      throw new SendFailed(`${target.host} did not answer within ${timeoutMs / 1_000} seconds`, { retryable: true });
    throw new SendFailed(`${target.host} could not be reached: ${reasonOf(error)}`, { retryable: true });
  }
}

/** Posts JSON and resolves with what the receiver said when it took it. Throws SendFailed for everything else. */
export async function postJson(url: string, body: object, means: SendingMeans): Promise<string> {
  const headers = { "content-type": "application/json" };
  return requireSuccess(await post(url, { ...means, headers, body: JSON.stringify(body) }));
}

async function allowedAddresses(
  target: URL,
  { policy, resolve = resolveByMachine }: SendingMeans,
  signal: AbortSignal,
): Promise<ResolvedAddress[]> {
  const host = target.hostname.replace(/^\[(.*)\]$/, "$1");
  const addresses = await beforeAbort(resolve(host), signal);
  for (const { address } of addresses) {
    const refusal = policy.refusal(host, address);
    if (refusal !== null) throw new SendFailed(refusal, { retryable: false });
  }
  if (target.protocol === "http:" && addresses.some(({ address }) => internalKind(address) === null)) {
    throw new SendFailed(`${target.origin} is not encrypted; over the internet use https`, { retryable: false });
  }
  return addresses;
}

function resolveByMachine(host: string): Promise<ResolvedAddress[]> {
  return lookup(host, { all: true });
}

function exchange(
  target: URL,
  addresses: ResolvedAddress[],
  options: PostOptions,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const request = target.protocol === "https:" ? httpsRequest : httpRequest;
  const body = Buffer.from(options.body);
  return new Promise((resolve, reject) => {
    const sent = request(
      target,
      {
        method: "POST",
        // a connection of its own: one that is kept could belong to an address that was checked for another name
        agent: false,
        lookup: only(addresses),
        signal,
        headers: { ...options.headers, "content-length": body.length, "user-agent": "Outlay" },
      },
      (response) => {
        readAnswer(response, options.now).then(resolve, reject);
      },
    );
    sent.once("error", reject);
    sent.end(body);
  });
}

/** Answers with the addresses that were checked, and with no others. */
function only(addresses: ResolvedAddress[]): LookupFunction {
  return (_, { all }, callback) => {
    if (all === true) callback(null, addresses);
    else callback(null, addresses[0]!.address, addresses[0]!.family);
  };
}

async function readAnswer(response: IncomingMessage, now: () => number): Promise<HttpAnswer> {
  const status = response.statusCode ?? 0;
  const said = await readStart(response);
  const line = `${status} ${response.statusMessage ?? ""}`.trim();
  return {
    status,
    text: said === "" ? line : `${line}: ${said}`,
    retryAfterMs: readRetryAfter(response.headers["retry-after"], now()),
  };
}

/** Of an answer that ends too late the beginning: its status has said what counts. */
async function readStart(response: IncomingMessage): Promise<string> {
  let bytes = Buffer.alloc(0);
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.length >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // cut off: what came before is kept
  }
  return bytes.subarray(0, MAX_ANSWER_BYTES).toString("utf8").trim();
}

/** Seconds, or an HTTP date. */
function readRetryAfter(value: string | undefined, nowMs: number): number | null {
  if (value === undefined) return null;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1_000);
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}

/** Looking a name up cannot be ended, but nobody has to wait for it. */
function beforeAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}

/** `connect ECONNREFUSED 10.1.2.3:80`; of several attempts, the first one's. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
