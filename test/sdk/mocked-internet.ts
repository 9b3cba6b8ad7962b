import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "vitest";

import type { LoggedRequest } from "../../packages/server/src/mock-provider/request-log.ts";
import { mergeContext, type CallContext } from "../../packages/sdk/src/context.ts";
import type { TrackedCall, Tracker } from "../../packages/sdk/src/tracker.ts";
import type { RunningMock } from "../providers/start-mock-provider.ts";

/** Keeps what is tracked, as the server would get it. */
export class CollectingTracker implements Tracker {
  readonly events: TrackedCall[] = [];
  /** What `with()` would have put in force. */
  context: CallContext | undefined;

  track(event: TrackedCall, context?: CallContext): string {
    this.events.push({ ...event, ...mergeContext(context, event) });
    return event.id ?? "no-id";
  }

  currentContext(): CallContext | undefined {
    return this.context;
  }

  last(): TrackedCall {
    return this.events.at(-1)!;
  }
}

/** Throws at everything. */
export const failingTracker: Tracker = {
  track() {
    throw new Error("the tracker failed");
  },
  currentContext() {
    throw new Error("the tracker failed");
  },
};

/** Where each address leads in the mock provider. */
const HOSTS: Record<string, string> = {
  "api.openai.com": "openai",
  "api.anthropic.com": "anthropic",
  "generativelanguage.googleapis.com": "google",
  "api.groq.com": "groq",
  "api.mistral.ai": "mistral",
  "api.deepseek.com": "deepseek",
  "api.x.ai": "xai",
  "openrouter.ai": "openrouter",
  "my-company.openai.azure.com": "azure",
  "us-east5-aiplatform.googleapis.com": "google",
  "bedrock-runtime.us-east-1.amazonaws.com": "bedrock",
  "llm.example.com": "openai",
};

/** A `fetch` in a world where every provider is the mock. */
export function mockedInternet(mock: RunningMock): {
  fetch: typeof fetch;
  sent: Request[];
  logged(): Promise<LoggedRequest>;
} {
  const numbers: number[] = [];
  const sent: Request[] = [];
  const mockedFetch: typeof fetch = async (input, init) => {
    const url = new URL(typeof input === "object" && "url" in input ? input.url : input);
    const provider = HOSTS[url.hostname];
    if (provider === undefined) throw new TypeError("fetch failed", { cause: { code: "ENOTFOUND" } });
    const target = `${mock.url}/${provider}${url.pathname}${url.search}`;
    const request =
      typeof input === "object" && "url" in input ? new Request(target, input) : new Request(target, init);
    sent.push(request.clone());
    const response = await fetch(request);
    numbers.push(Number(response.headers.get("x-request-id")?.replace("req_mock_", "")));
    return response;
  };
  return { fetch: mockedFetch, sent, logged: () => loggedRequest(mock, numbers.at(-1)!) };
}

/** What the mock says of a request, once it has ended there too. */
async function loggedRequest(mock: RunningMock, number: number): Promise<LoggedRequest> {
  for (;;) {
    const entry = (await mock.requests()).find((request) => request.number === number);
    if (entry !== undefined && entry.end !== "running") return entry;
    await sleep(5);
  }
}

/** Some say "none", others say nothing. */
function withoutZeros(usage: object | null | undefined): object {
  return Object.fromEntries(Object.entries(usage ?? {}).filter(([, value]) => value !== 0 && value != null));
}

/** The same but for what differs from call to call. */
export function comparable<Value>(value: Value): Value {
  const text = JSON.stringify(value, (key, inner: unknown) =>
    /^(id|item_id|call_id|responseId)$/.test(key) ? "x" : inner,
  );
  return JSON.parse(text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "x")) as Value;
}

/** The last call is tracked as it was served. */
export async function expectTracked(
  tracker: CollectingTracker,
  internet: ReturnType<typeof mockedInternet>,
): Promise<TrackedCall> {
  const { served, units } = await internet.logged();
  expect(withoutZeros(tracker.last().usage)).toEqual(withoutZeros({ ...served, ...units }));
  return tracker.last();
}
