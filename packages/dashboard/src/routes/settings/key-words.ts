import type { Key, Scope } from "../../api/keys.ts";

/** What each scope opens, in a sentence. */
export const SCOPES: readonly { scope: Scope; label: string; hint: string }[] = [
  { scope: "gateway", label: "Gateway", hint: "Model calls through the gateway, with the stored keys of providers." },
  {
    scope: "ingest",
    label: "Record",
    hint: "Telling of calls: events, charges, OpenTelemetry, Langfuse. It reads nothing.",
  },
  { scope: "read", label: "Read", hint: "Every question, list and export. With a user below: only that user's data." },
  { scope: "admin", label: "Administer", hint: "Everything, also keys and people. For your own scripts only." },
];

export const scopeLabel = (name: Scope) => SCOPES.find(({ scope }) => scope === name)?.label ?? name;

/** Whose calls a key can speak for, besides tags. */
export const OWNERS = ["user", "team", "project", "customer", "agent", "environment"] as const;

/** `shop`, `shop · ann · story=st-9`: whose calls are made with it; null: nobody's in particular. */
export function attributionInWords({ attribution }: Pick<Key, "attribution">): string | null {
  const owners = OWNERS.flatMap((name) => (typeof attribution[name] === "string" ? [attribution[name]] : []));
  const tags = Object.entries(tagsOf(attribution)).map(([key, value]) => `${key}=${value}`);
  const words = [...owners, ...tags];
  return words.length === 0 ? null : words.join(" · ");
}

export function tagsOf(attribution: Key["attribution"]): Record<string, string> {
  return (attribution["tags"] ?? {}) as Record<string, string>;
}

/** What is filled in, in the form that the API takes. An expiry that is the one before is not said again: it has a time of day. */
export function readKeyForm(values: Readonly<Record<string, string>>, before: Key | null): Record<string, unknown> {
  const owners = OWNERS.flatMap((name) => {
    const text = (values[`attribution.${name}`] ?? "").trim();
    return text === "" ? [] : [[name, text]];
  });
  const tags = tagsIn(values["attribution.tags"] ?? "");
  const day = values["expiresAt"] ?? "";
  const isSameDay = before !== null && day === expiryDay(before);
  return {
    name: values["name"] ?? "",
    scopes: SCOPES.flatMap(({ scope }) => (values[`scope-${scope}`] === "on" ? [scope] : [])),
    attribution: { ...Object.fromEntries(owners), ...(Object.keys(tags).length === 0 ? {} : { tags }) },
    ...(isSameDay ? {} : { expiresAt: day === "" ? null : `${day}T23:59:59.999Z` }),
  };
}

/** The last day on which it works, in UTC; empty: it does not expire. */
export function expiryDay({ expiresAt }: Pick<Key, "expiresAt">): string {
  return expiresAt === null ? "" : expiresAt.slice(0, 10);
}

/** `story=st-9`, one on each line. */
function tagsIn(text: string): Record<string, string> {
  const lines = text.split("\n").map((line) => line.trim());
  return Object.fromEntries(
    lines.flatMap((line) => {
      if (line === "") return [];
      const equals = line.indexOf("=");
      return [equals < 0 ? [line, ""] : [line.slice(0, equals).trim(), line.slice(equals + 1).trim()]];
    }),
  );
}

/** How a token is used for the first thing that its key is for. */
export function usageOf(
  { scopes }: Pick<Key, "scopes">,
  token: string,
  server: string,
): { label: string; text: string }[] {
  const has = (...names: Scope[]) => names.some((name) => scopes.includes(name));
  const event = { provider: "openai", model: "gpt-4.1-mini", usage: { inputTokens: 1200, outputTokens: 90 } };
  return [
    ...(has("gateway", "admin")
      ? [{ label: "Through the gateway", text: `OPENAI_BASE_URL=${server}/gateway/openai/v1\nOPENAI_API_KEY=${token}` }]
      : []),
    ...(has("ingest", "admin")
      ? [
          {
            label: "Record a call",
            text: `curl ${server}/api/v1/events \\\n  -H 'authorization: Bearer ${token}' \\\n  -H 'content-type: application/json' \\\n  -d '${JSON.stringify(event)}'`,
          },
        ]
      : []),
    ...(has("read") && !has("admin")
      ? [
          {
            label: "Ask",
            text: `curl '${server}/api/v1/summary?period=30d' \\\n  -H 'authorization: Bearer ${token}'`,
          },
        ]
      : []),
  ];
}
