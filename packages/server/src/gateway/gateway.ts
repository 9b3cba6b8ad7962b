import type { IncomingMessage, ServerResponse } from "node:http";
import { findRoute } from "@outlay/providers";
import type { buildConnector, Pool } from "undici";
import type { Estimates } from "../estimates/estimates.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { LearnedSizes } from "../limits/learned-sizes.ts";
import { uuidV7 } from "../ledger/uuid-v7.ts";
import { rememberAttempts } from "./attempts.ts";
import { readSession, type Callers } from "./callers.ts";
import { joiningWrites } from "./connect-upstream.ts";
import { readCredential, type Credential, type Keys } from "./credentials.ts";
import { Enforcement, type EnforcedLimits } from "./enforcement.ts";
import { openEventIds } from "./event-ids.ts";
import { ForwardedCall, type CallParts } from "./forward-call.ts";
import { isForeignPage, refuseForeignName, refuseForeignPage, type ObjectionTo } from "./guard.ts";
import { HeldAnswers } from "./held-answers.ts";
import { OpenLeases } from "./open-leases.ts";
import { openRecorder } from "./recorder.ts";
import { RunningCalls } from "./running-calls.ts";
import { sendRefusal, type Refusal } from "./refuse.ts";
import type { Upstream } from "./upstreams.ts";
import { UsageRefusers } from "./usage-refusers.ts";

/** Forwards `/gateway/<provider>/…` and records what the calls used. */
export interface Gateway {
  /** True when the request was for the gateway, which then answers it. */
  handle(incoming: IncomingMessage, outgoing: ServerResponse): boolean;
  /** Stores what has been measured and lets go of the connections to providers. No request may come any more. */
  close(): Promise<void>;
}

const PREFIX = "/gateway/";
const CONNECT_TIMEOUT_MS = 15_000;
/** Models think for long, and it is the client's to give up: these only end what nobody waits for any more. */
const ANSWER_TIMEOUT_MS = 3_600_000;
/** Shorter than the minute after which load balancers close. */
const KEEP_ALIVE_MS = 30_000;
const MAX_ANSWER_HEADER_BYTES = 65_536;
/** A stopping server waits so long for what is being estimated. */
const MAX_CLOSE_MS = 5_000;

/** `keys` is null where none are kept, `limits` where nothing is limited. */
export function createGateway(options: {
  ledger: Ledger;
  keys: Keys | null;
  estimates: Estimates;
  upstreams: Map<string, Upstream>;
  limits: { limits: EnforcedLimits; sizes: LearnedSizes } | null;
  objectionTo: ObjectionTo;
  callers: Callers;
  logFailure: (where: string, error: unknown) => void;
}): Gateway {
  const { ledger, keys, estimates, upstreams, limits, objectionTo, callers, logFailure } = options;
  const leases = new OpenLeases();
  const recorder = openRecorder(ledger, logFailure, (id) => leases.over(id));
  const parts: CallParts = {
    ledger,
    estimates,
    recorder,
    attempts: rememberAttempts(ledger.now),
    ids: openEventIds(uuidV7),
    running: new RunningCalls(),
    leases,
    sizes: limits?.sizes ?? null,
    enforcement: limits === null ? null : new Enforcement({ ...limits, prices: ledger.prices, logFailure }),
    held: new HeldAnswers(),
    usageRefusers: new UsageRefusers(ledger.now),
    logFailure,
  };
  const pools = new Map<string, Pool>();
  const poolOf = (origin: string) => {
    let pool = pools.get(origin);
    if (pool === undefined) pools.set(origin, (pool = openPool(client!, origin)));
    return pool;
  };
  // Loaded with the first call: a server whose gateway nobody uses is 16 MB smaller.
  let client: HttpClient | null = null;
  let loading: Promise<HttpClient> | null = null;
  const load = async () => (client = await loadClient());

  const forward = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const refuse = (refusal: Refusal, provider: string | null) => sendRefusal(outgoing, refusal, provider);
    const foreignName = refuseForeignName(incoming, objectionTo);
    if (foreignName !== null) return refuse(foreignName, null);
    const { name, rest } = splitPath(incoming.url!);
    const upstream = upstreams.get(name);
    if (upstream === undefined) return refuse(unknownProvider(name, upstreams), null);
    if (upstream.origin === null) return refuse(noAddress(name), name);
    const path = `${upstream.basePath}${rest}` || "/";
    const credential = readCredential(incoming, path, upstream, keys, callers.addressOf);
    if ("status" in credential) return refuse(credential, name);
    if (credential.isOurs && isForeignPage(incoming)) return refuse(refuseForeignPage(), name);
    const route = findRoute(upstream.provider, incoming.method!, withoutQuery(path));
    const dispatcher = poolOf(upstream.origin);
    const start = (by: Credential) => {
      new ForwardedCall(parts, { incoming, outgoing, upstream, dispatcher, route, path, credential: by }).start();
    };
    if (credential.outlayKey !== null || incoming.method === "OPTIONS" || callers.isOpen()) return start(credential);
    void readSession(incoming, callers).then(
      (session) => {
        if (outgoing.destroyed) return;
        if ("status" in session) refuse(session, name);
        else start({ ...credential, name: session.name, outlayKey: session });
      },
      (error: unknown) => {
        logFailure("gateway", error);
        outgoing.destroy();
      },
    );
  };

  return {
    handle(incoming, outgoing) {
      const { url } = incoming;
      if (url === undefined || !url.startsWith(PREFIX)) return false;
      if (client !== null) {
        forward(incoming, outgoing);
        return true;
      }
      loading ??= load();
      void loading.then(() => {
        if (!outgoing.destroyed) forward(incoming, outgoing);
      });
      return true;
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
      await parts.running.none(MAX_CLOSE_MS);
      await recorder.close();
    },
  };
}

/** What speaks HTTP to providers. */
interface HttpClient {
  PoolClass: typeof Pool;
  connector: typeof buildConnector;
}

async function loadClient(): Promise<HttpClient> {
  const [pool, connect] = await Promise.all([
    import("undici/lib/dispatcher/pool.js"),
    import("undici/lib/core/connect.js"),
  ]);
  return { PoolClass: pool.default, connector: connect.default };
}

function openPool({ PoolClass, connector }: HttpClient, origin: string): Pool {
  return new PoolClass(origin, {
    connect: joiningWrites(connector({ timeout: CONNECT_TIMEOUT_MS })),
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_ANSWER_HEADER_BYTES,
  });
}

/** `/gateway/openai/v1/models?x=1` → `openai` and `/v1/models?x=1`. */
function splitPath(url: string): { name: string; rest: string } {
  const end = url.slice(PREFIX.length).search(/[/?]/);
  if (end < 0) return { name: url.slice(PREFIX.length), rest: "" };
  const rest = url.slice(PREFIX.length + end);
  return { name: url.slice(PREFIX.length, PREFIX.length + end), rest: rest.startsWith("?") ? `/${rest}` : rest };
}

function withoutQuery(path: string): string {
  const query = path.indexOf("?");
  return query < 0 ? path : path.slice(0, query);
}

function unknownProvider(name: string, upstreams: Map<string, Upstream>): Refusal {
  const known = [...upstreams.keys()].join(", ");
  return {
    status: 404,
    code: "unknown_provider",
    message: `There is no provider "${name.slice(0, 60)}"; known are ${known}. Others are set under "providers" in outlay.config.json`,
  };
}

function noAddress(name: string): Refusal {
  return {
    status: 404,
    code: "provider_without_address",
    message: `Every account of "${name}" has an address of its own: set it as "baseUrl" under "providers" in outlay.config.json`,
  };
}
