import type { IncomingMessage } from "node:http";
import { blankRequest } from "@outlay/providers";
import type { CallToCheck, Lease, Verdict } from "../limits/limit.ts";
import type { AskedCall } from "../limits/worst-case.ts";
import { readAttribution, type Attribution } from "./attribution.ts";
import { UNKNOWN_MODEL } from "./call-events.ts";
import type { CallRecord } from "./call-record.ts";
import type { Credential } from "./credentials.ts";
import type { CallToEnforce, Enforcement, Undecided } from "./enforcement.ts";
import { headersOfRefusal, headerText, refusalOfVerdict, remainingHeader, warningHeaders } from "./limit-refusal.ts";
import type { OpenLeases } from "./open-leases.ts";
import type { RequestBody } from "./read-request-body.ts";
import type { Refusal } from "./refuse.ts";
import { swapModel } from "./swap-model.ts";
import type { Upstream } from "./upstreams.ts";

/** A request that may cost something, before it goes to its provider. */
export interface CallToAdmit {
  incoming: IncomingMessage;
  upstream: Upstream;
  credential: Credential;
  /** null: nobody can measure what it costs. */
  record: CallRecord | null;
  eventId: string;
  /** Path and query at the provider. */
  path: string;
  body: RequestBody | null;
}

/** What the limits make of a call. */
export type Admission =
  | { kind: "refused"; refusal: Refusal; headers: string[] }
  | {
      kind: "admitted";
      /** For the answer: name and value, one after the other. */
      headers: string[];
      /** null: nothing is set aside. */
      lease: Lease | null;
      asked: AskedCall | null;
      /** As they go to the provider: for another model than the client asked for, when a limit wants that. */
      path: string;
      body: RequestBody | null;
    };

/** A model may be exchanged by one limit after the other, but not in a circle. */
const MAX_SWAPS = 3;

/** Asks the limits. At once when they can say at once; never rejects. */
export function admitCall(
  enforcement: Enforcement,
  leases: OpenLeases,
  call: CallToAdmit,
): Admission | Promise<Admission> {
  const deciding: Deciding = { enforcement, leases, swappedFrom: [], before: null };
  const failed = (error: unknown) => withoutDecision(deciding, call, null, enforcement.undecided(error, null));
  try {
    const admission = decide(deciding, call);
    return admission instanceof Promise ? admission.catch(failed) : admission;
  } catch (error) {
    return failed(error);
  }
}

interface Deciding {
  enforcement: Enforcement;
  leases: OpenLeases;
  /** Models that the call was for before, the client's first. */
  swappedFrom: string[];
  /** What is set aside for the call as it was before. */
  before: Lease | null;
}

function decide(deciding: Deciding, call: CallToAdmit): Admission | Promise<Admission> {
  const asked = call.record?.asked(call.body) ?? null;
  const verdict = deciding.enforcement.ask(callToEnforce(call, asked));
  return verdict instanceof Promise
    ? verdict.then((it) => conclude(deciding, call, asked, it))
    : conclude(deciding, call, asked, verdict);
}

function conclude(
  deciding: Deciding,
  call: CallToAdmit,
  asked: AskedCall | null,
  verdict: Verdict | Undecided,
): Admission | Promise<Admission> {
  if (verdict.kind === "undecided") return withoutDecision(deciding, call, asked, verdict);
  if (verdict.kind === "refused") {
    deciding.before?.release();
    const what = { model: asked?.model ?? null, path: `${call.incoming.method} ${call.path.replace(/\?.*$/, "")}` };
    return { kind: "refused", refusal: refusalOfVerdict(verdict, what), headers: headersOfRefusal(verdict) };
  }
  const { swappedModel } = verdict;
  const isSwapped = swappedModel !== null && swappedModel !== asked?.model && deciding.swappedFrom.length < MAX_SWAPS;
  if (isSwapped && asked !== null) {
    const other = swapped(call, asked.model, swappedModel);
    if (other !== null) {
      const swappedFrom = [...deciding.swappedFrom, asked.model];
      return decide({ ...deciding, swappedFrom, before: verdict.lease }, other);
    }
  }
  return admitted(deciding, call, asked, verdict);
}

function admitted(
  { leases, swappedFrom }: Deciding,
  { eventId, path, body }: CallToAdmit,
  asked: AskedCall | null,
  { lease, warnings }: Extract<Verdict, { kind: "pass" }>,
): Admission {
  const headers = [...remainingHeader(warnings), ...warningHeaders(warnings)];
  if (swappedFrom.length > 0) headers.push("x-outlay-model-swapped", headerText(asked?.model ?? UNKNOWN_MODEL));
  const isLeased = lease.leasedNanoUsd > 0;
  if (isLeased) leases.add(eventId, lease);
  return { kind: "admitted", headers, lease: isLeased ? lease : null, asked, path, body };
}

/** The store does not answer: who wants to be held in any case is held, all others go on. */
function withoutDecision(
  { before }: Deciding,
  { path, body }: CallToAdmit,
  asked: AskedCall | null,
  { isStrict }: Undecided,
): Admission {
  before?.release();
  if (!isStrict) {
    const headers = ["x-outlay-warning", "limits could not be checked"];
    return { kind: "admitted", headers, lease: null, asked, path, body };
  }
  const message =
    "Limits cannot be checked at the moment, and one of them is strict: no call goes on before it is. Outlay's log says what failed";
  const refusal = { status: 503, code: "limits_unavailable", message };
  return { kind: "refused", refusal, headers: ["retry-after", "5"] };
}

/** The same call for another model; null: it cannot be changed. */
function swapped(call: CallToAdmit, from: string, to: string): CallToAdmit | null {
  const { incoming, record, path, body } = call;
  // A signature of AWS covers path and body.
  if (record === null || incoming.headers.authorization?.startsWith("AWS4-") === true) return null;
  const bytes = body === null || body.stream !== null ? null : body.bytes;
  const other = swapModel({ path, body: bytes, contentType: incoming.headers["content-type"] ?? null }, from, to);
  if (other === null || body === null) return null;
  const changed = other.body === null ? body : { ...body, bytes: other.body };
  record.takeSwapped(other.path, changed);
  return { ...call, path: other.path, body: changed };
}

function callToEnforce(
  { record, eventId, incoming, upstream, credential }: CallToAdmit,
  asked: AskedCall | null,
): CallToEnforce {
  const whose = record?.attribution ?? readAttribution(incoming.headers, credential.outlayKey, blankRequest());
  const model = asked?.model ?? UNKNOWN_MODEL;
  const provider = upstream.provider.billedAs;
  return {
    eventId,
    asked,
    provider,
    model,
    dimensions: dimensionsOf(whose, credential, asked, provider),
    tags: whose.tags,
  };
}

function dimensionsOf(
  { fields }: Attribution,
  credential: Credential,
  asked: AskedCall | null,
  provider: string,
): CallToCheck["dimensions"] {
  const { span: _, ...known } = fields;
  const dimensions: CallToCheck["dimensions"] = { ...known, provider, source: "gateway" };
  if (asked !== null) {
    dimensions.model = asked.model;
    dimensions.requestedModel = asked.model;
    dimensions.operation = asked.operation;
    if (asked.geo !== null) dimensions.geo = asked.geo;
  }
  if (credential.name !== null) dimensions.credential = credential.name;
  if (fields.activity !== undefined) dimensions.category = categoryOf(fields.activity);
  return dimensions;
}

/** As events have it: what stands before the first dot. */
function categoryOf(activity: string): string {
  const dot = activity.indexOf(".");
  return dot > 0 ? activity.slice(0, dot) : activity;
}
