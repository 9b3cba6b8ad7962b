/** Ways in which a first call gets recorded, shortest first. */
export const FIRST_WAYS = [
  { name: "curl", label: "Terminal", hint: "One call, told by hand" },
  { name: "gateway", label: "Gateway", hint: "Calls sent through Outlay record themselves" },
  { name: "sdk", label: "TypeScript", hint: "npm install @outlay/sdk" },
  { name: "python", label: "Python", hint: "The OpenAI package, through the gateway" },
  { name: "otel", label: "OpenTelemetry", hint: "Environment of what already exports traces" },
] as const;
export type FirstWay = (typeof FIRST_WAYS)[number]["name"];

/** What to paste. `base` is where this page's server is, with a `/` at its end; `key` null: none is needed. */
export function firstSnippet(way: FirstWay, base: string, key: string | null): string {
  switch (way) {
    case "curl":
      return curlSnippet(`${base}api/v1/events`, key);
    case "gateway":
      return gatewaySnippet(base, key);
    case "sdk":
      return sdkSnippet(base, key);
    case "python":
      return pythonSnippet(base, key);
    case "otel":
      return [
        `OTEL_EXPORTER_OTLP_ENDPOINT=${base.slice(0, -1)}`,
        "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
        ...(key === null ? [] : [`OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20${key}"`]),
      ].join("\n");
  }
}

function curlSnippet(url: string, key: string | null): string {
  const event = {
    provider: "openai",
    model: "gpt-4.1-mini",
    usage: { inputTokens: 1200, outputTokens: 90 },
    user: "me",
    agent: "first-try",
    durationMs: 840,
  };
  const header = key === null ? "" : ` \\\n  -H 'authorization: Bearer ${key}'`;
  return `curl ${url}${header} \\\n  -H 'content-type: application/json' \\\n  -d '${JSON.stringify(event)}'`;
}

/** With a key, providers' own keys go along beside it. */
function gatewaySnippet(base: string, key: string | null): string {
  const header = key === null ? "" : ` \\\n  -H 'x-outlay-key: ${key}'`;
  const body = '{"model":"gpt-4.1-mini","messages":[{"role":"user","content":"Hello"}]}';
  return `curl ${base}gateway/openai/v1/chat/completions${header} \\\n  -H "authorization: Bearer $OPENAI_API_KEY" \\\n  -H 'content-type: application/json' \\\n  -d '${body}'`;
}

function sdkSnippet(base: string, key: string | null): string {
  const options = [`url: "${base.slice(0, -1)}"`, ...(key === null ? [] : [`key: "${key}"`])].join(", ");
  return `import OpenAI from "openai";
import { Outlay } from "@outlay/sdk";
import { withOutlay } from "@outlay/sdk/openai";

const outlay = new Outlay({ ${options} });
const openai = withOutlay(new OpenAI(), { outlay }); // all its calls are tracked`;
}

function pythonSnippet(base: string, key: string | null): string {
  const headers = key === null ? "" : `,\n    default_headers={"x-outlay-key": "${key}"}`;
  return `from openai import OpenAI

client = OpenAI(
    base_url="${base}gateway/openai/v1"${headers},
)
client.chat.completions.create(
    model="gpt-4.1-mini", messages=[{"role": "user", "content": "Hello"}]
)`;
}
