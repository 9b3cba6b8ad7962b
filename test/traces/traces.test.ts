import { afterAll, beforeAll, expect, it } from "vitest";

import { openOrganisation, type Asker, type Organisation } from "../access/organisation.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPANS = ["b000000000000001", "b000000000000002", "b000000000000003"] as const;
const STEP = "b00000000000000f";

interface WireTrace {
  calls: number;
  cost: number | null;
  steps: { span: string; calls: number; costUsd: number | null }[];
  spans: { span: string; parent: string | null; parentSpan: string | null; depth: number; subtreeCostUsd: number }[];
}

let organisation: Organisation;
beforeAll(async () => {
  organisation = await openOrganisation();
});
afterAll(() => organisation.outlay.close());

const ask = async (asker: Asker, path: string) => {
  const answer = await asker("GET", `/api/v1/traces/${path}`);
  return { status: answer.status, json: (await answer.json()) as WireTrace & { code?: string } };
};

const attribute = (key: string, value: object) => ({ key, value });

/** A model call as OpenTelemetry has it. */
function span(spanId: string, parentSpanId: string | undefined, startMs: number, user: string): object {
  return {
    traceId: TRACE,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name: "chat gpt-4o",
    kind: 3,
    startTimeUnixNano: `${startMs}000000`,
    endTimeUnixNano: `${startMs + 500}000000`,
    attributes: [
      attribute("gen_ai.operation.name", { stringValue: "chat" }),
      attribute("gen_ai.provider.name", { stringValue: "openai" }),
      attribute("gen_ai.request.model", { stringValue: "gpt-4o" }),
      attribute("gen_ai.usage.input_tokens", { intValue: "1000" }),
      attribute("user.id", { stringValue: user }),
    ],
  };
}

it("what sources say of parents makes the tree, for everybody with what they may see", async () => {
  const { askers } = organisation;
  const startMs = Date.now() - 60_000;
  const sent = await askers["key ingest"]("POST", "/v1/traces", {
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [span(SPANS[0], STEP, startMs, "u-alice"), span(SPANS[1], STEP, startMs + 100, "u-bob")],
          },
        ],
      },
    ],
  });
  expect(sent.status, await sent.clone().text()).toBe(200);
  const own = {
    id: "own",
    provider: "openai",
    model: "gpt-4o",
    usage: { inputTokens: 1_000 },
    user: "u-alice",
    occurredAt: new Date(startMs + 200).toISOString(),
    trace: TRACE,
    span: SPANS[2],
    metadata: { parentSpan: SPANS[0] },
  };
  expect((await askers["key ingest"]("POST", "/api/v1/events", own)).status).toBe(200);

  const { json } = await ask(askers.administrator, TRACE);
  expect(json).toMatchObject({ calls: 3, cost: 0.0075 });
  expect(json.spans.map(({ span: name, depth }) => `${depth} ${name}`)).toEqual([
    `0 ${SPANS[0]}`,
    `1 ${SPANS[2]}`,
    `0 ${SPANS[1]}`,
  ]);
  expect(json.spans[0]).toMatchObject({ parent: null, parentSpan: STEP, subtreeCostUsd: 0.005 });
  expect(json.steps).toMatchObject([{ span: STEP, calls: 2, costUsd: 0.0075 }]);

  const at = new Date(startMs).toISOString();
  expect((await ask(askers.member, `${TRACE}?at=${at}`)).json).toMatchObject({ calls: 2, cost: 0.005 });
  expect((await ask(askers["key read of a user"], TRACE)).json).toMatchObject({ calls: 2 });
  expect((await ask(askers.viewer, TRACE)).json).toMatchObject({ calls: 3 });
  expect(await ask(askers.lead, TRACE)).toMatchObject({ status: 404, json: { code: "trace_not_found" } });
});

it("parents are in the export", async () => {
  const exported = await organisation.askers.administrator("GET", "/api/v1/export?format=jsonl&period=all");
  const lines = (await exported.text()).split("\n").filter(Boolean);
  const parents = lines.map(
    (line) => (JSON.parse(line) as { metadata?: { parentSpan?: string } }).metadata?.parentSpan,
  );
  expect(parents.toSorted()).toEqual([STEP, STEP, SPANS[0]].toSorted());
});

it("what is asked badly is refused", async () => {
  const { administrator, nobody } = organisation.askers;
  expect(await ask(administrator, `${TRACE}?at=yesterday`)).toMatchObject({ json: { code: "invalid_parameter" } });
  expect(await ask(administrator, `${TRACE}?from=2026-01-01`)).toMatchObject({ json: { code: "unknown_parameter" } });
  expect(await ask(administrator, encodeURIComponent("') OR 1=1 --"))).toMatchObject({ status: 404 });
  expect(await ask(nobody, TRACE)).toMatchObject({ status: 401 });
});
