import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";

import { findRoute, openAnswer, PROVIDERS, type Measured, type RequestFacts, type Route } from "@outlay/providers";
import type { LoggedRequest } from "../../packages/server/src/mock-provider/request-log.ts";
import type { RunningMock } from "./start-mock-provider.ts";

/** One call as it was read while it passed by. */
export interface MeasuredCall {
  /** Of the mock's list. */
  number: number;
  route: Route;
  request: RequestFacts;
  status: number;
  /** Resolves when the body is over, whole or cut. */
  measured: Promise<Measured>;
}

/** A `fetch` that reads every answer of the mock as the gateway would, from the bytes that the client gets. */
export function measuringFetch(mock: RunningMock): {
  fetch: typeof fetch;
  calls: MeasuredCall[];
  last(): MeasuredCall;
} {
  const calls: MeasuredCall[] = [];
  const realFetch = globalThis.fetch;
  const measuring = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const provider = PROVIDERS.get(url.pathname.split("/")[1]!);
    if (url.origin !== mock.url || provider === undefined) return realFetch(request);
    const route = findRoute(provider, request.method, url.pathname);
    if (route === null) return realFetch(request);
    const body = new Uint8Array(await request.clone().arrayBuffer());
    const facts = route.readRequest({ url, contentType: request.headers.get("content-type"), body });
    const response = await realFetch(request);
    const reader = openAnswer(route, {
      request: facts,
      status: response.status,
      header: (name) => response.headers.get(name),
    });
    const { promise: measured, resolve } = Promise.withResolvers<Measured>();
    const number = Number(response.headers.get("x-request-id")?.replace("req_mock_", ""));
    calls.push({ number, route, request: facts, status: response.status, measured });
    return new Response(
      watched(
        response.body,
        (bytes) => reader.push(bytes),
        (cut) => resolve(reader.end({ cut })),
      ),
      response,
    );
  };
  return { fetch: measuring as typeof fetch, calls, last: () => calls.at(-1)! };
}

/** The same bytes, seen on their way. */
function watched(
  body: ReadableStream<Uint8Array> | null,
  onBytes: (bytes: Uint8Array) => void,
  onEnd: (cut: boolean) => void,
): ReadableStream<Uint8Array> | null {
  if (body === null) {
    onEnd(false);
    return null;
  }
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          onEnd(false);
          controller.close();
        } else {
          onBytes(value);
          controller.enqueue(value);
        }
      } catch (error) {
        onEnd(true);
        controller.error(error);
      }
    },
    async cancel(reason) {
      onEnd(true);
      await reader.cancel(reason);
    },
  });
}

/** What the mock says of this call, once it has ended there too. */
export async function loggedCall(mock: RunningMock, call: MeasuredCall): Promise<LoggedRequest> {
  for (;;) {
    const entry = (await mock.requests()).find(({ number }) => number === call.number);
    if (entry !== undefined && entry.end !== "running") return entry;
    await sleep(5);
  }
}

/** What was read is what the mock says it served: no count more, none less. */
export async function expectAsServed(mock: RunningMock, call: MeasuredCall): Promise<Measured> {
  const measured = await call.measured;
  const entry = await loggedCall(mock, call);
  const served = entry.served === null && entry.units === null ? {} : { ...entry.served, ...entry.units };
  expect(counted(measured.usage ?? {})).toEqual(counted(served));
  expect(measured.usage === null).toBe(entry.served === null && entry.units === null);
  expect(measured.reportedCostUsd ?? null).toEqual(entry.reportedCostUsd);
  expect(measured.unreadable).toBe(0);
  return measured;
}

/** Without zeros: some say "none", others say nothing. */
function counted(usage: object): object {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== 0 && value !== undefined));
}
