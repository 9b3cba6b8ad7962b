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
      /** null: nothing could be set aside. */
      lease: Lease | null;
      asked: AskedCall | null;
      /** As they go to the provider: for another model than the client asked for, when a limit wants that. */
      path: string;
      body: RequestBody | null;
    };

/** Asks the limits. At once when they can say at once; never rejects. */
export function admitCall(
  enforcement: Enforcement,
  leases: OpenLeases,
  call: CallToAdmit,
): Admission | Promise<Admission> {
  const failed = (error: unknown) => withoutDecision(call, null, enforcement.undecided(error, null));
  try {
    const admission = decide(enforcement, leases, call);
    return admission instanceof Promise ? admission.catch(failed) : admission;
  } catch (error) {
    return failed(error);
  }
}

function decide(enforcement: Enforcement, leases: OpenLeases, call: CallToAdmit): Admission | Promise<Admission> {
  const asked = call.record?.asked(call.body) ?? null;
  const verdict = enforcement.ask(callToEnforce(call, asked));
  return verdict instanceof Promise
    ? verdict.then((it) => conclude(leases, call, asked, it))
    : conclude(leases, call, asked, verdict);
}

function conclude(
  leases: OpenLeases,
  call: CallToAdmit,
  asked: AskedCall | null,
  verdict: Verdict | Undecided,
): Admission {
  if (verdict.kind === "undecided") return withoutDecision(call, asked, verdict);
  if (verdict.kind === "pass") return admitted(leases, call, asked, verdict);
  const what = { model: asked?.model ?? null, path: `${call.incoming.method} ${call.path.replace(/\?.*$/, "")}` };
  return { kind: "refused", refusal: refusalOfVerdict(verdict, what), headers: headersOfRefusal(verdict) };
}

function admitted(
  leases: OpenLeases,
  call: CallToAdmit,
  asked: AskedCall | null,
  { lease, warnings, swappedModel, remainingNanoUsd }: Extract<Verdict, { kind: "pass" }>,
): Admission {
  leases.add(call.eventId, lease);
  const headers = [...remainingHeader(remainingNanoUsd), ...warningHeaders(warnings)];
  const swap = asked === null || swappedModel === null ? null : swapOf(call, asked.model, swappedModel);
  const { path, body, record } = call;
  if (swap === null || asked === null) return { kind: "admitted", headers, lease, asked, path, body };
  record!.takeSwapped(swap.path, swap.body);
  headers.push("x-outlay-model-swapped", headerText(swappedModel!));
  return { kind: "admitted", headers, lease, asked: { ...asked, model: swappedModel! }, ...swap };
}

/** The store does not answer: who wants to be held in any case is held, all others go on. */
function withoutDecision({ path, body }: CallToAdmit, asked: AskedCall | null, { isStrict }: Undecided): Admission {
  if (!isStrict) {
    const headers = ["x-outlay-warning", "limits could not be checked"];
    return { kind: "admitted", headers, lease: null, asked, path, body };
  }
  const message =
    "Limits cannot be checked at the moment, and one of them is strict: no call goes on before it is. Outlay's log says what failed";
  const refusal = { status: 503, code: "limits_unavailable", message };
  return { kind: "refused", refusal, headers: ["retry-after", "5"] };
}

/** The same request for another model; null: it cannot be changed. */
function swapOf(call: CallToAdmit, from: string, to: string): { path: string; body: RequestBody } | null {
  const { incoming, record, path, body } = call;
  // A signature of AWS covers path and body.
  if (record === null || body === null || incoming.headers.authorization?.startsWith("AWS4-") === true) return null;
  const bytes = body.stream === null ? body.bytes : null;
  const other = swapModel({ path, body: bytes, contentType: incoming.headers["content-type"] ?? null }, from, to);
  if (other === null) return null;
  return { path: other.path, body: other.body === null ? body : { ...body, bytes: other.body } };
}

function callToEnforce(call: CallToAdmit, asked: AskedCall | null): CallToEnforce {
  const { record, eventId, incoming, upstream, credential } = call;
  const whose = record?.attribution ?? readAttribution(incoming.headers, credential.outlayKey, blankRequest());
  const provider = upstream.provider.billedAs;
  return {
    eventId,
    asked,
    provider,
    model: asked?.model ?? UNKNOWN_MODEL,
    dimensions: dimensionsOf(whose, credential, asked, provider),
    tags: whose.tags,
    canSwapTo: (model) => asked !== null && swapOf(call, asked.model, model) !== null,
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
