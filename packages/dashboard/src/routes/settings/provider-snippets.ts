import type { GatewayProvider } from "../../api/providers.ts";

/** How one language, or one program, is told of the gateway. */
export interface ProviderSnippet {
  name: "python" | "javascript" | "curl";
  label: string;
  text: string;
}

type Chat = NonNullable<GatewayProvider["chat"]>;

/** What an SDK appends to its base URL by itself. */
const APPENDED: Record<Chat["language"], RegExp> = {
  openai: /\/chat\/completions$/,
  anthropic: /\/v1\/messages$/,
  google: /\/v1beta\/.*$/,
};

/** The base URL that goes into an SDK in place of the provider's own. `server` without a slash at its end. */
export function baseUrlOf({ name, chat }: Pick<GatewayProvider, "name" | "chat">, server: string): string {
  return `${server}/gateway/${name}${chat === null ? "" : chat.path.replace(APPENDED[chat.language], "")}`;
}

/**
 * Programs that call the provider through the gateway. `isClosed`: the server wants to know who calls, so a key of Outlay's has
 * to be there: in place of the provider's where one is kept here, else beside it. None for a provider without a chat of its own.
 */
export function snippetsOf(
  provider: Pick<GatewayProvider, "name" | "chat" | "key" | "billedAs">,
  { server, isClosed }: { server: string; isClosed: boolean },
): ProviderSnippet[] {
  const { chat, key } = provider;
  if (chat === null) return [];
  const facts: Facts = {
    baseUrl: baseUrlOf(provider, server),
    path: chat.path,
    url: `${server}/gateway/${provider.name}`,
    key: key === null ? "YOUR_PROVIDER_KEY" : "outlay_…",
    beside: key === null && isClosed,
    model: USUAL_MODELS[provider.billedAs] ?? "MODEL",
  };
  const { python, javascript, curl } = WRITERS[chat.language];
  return [
    { name: "python", label: "Python", text: python(facts) },
    { name: "javascript", label: "JavaScript", text: javascript(facts) },
    { name: "curl", label: "curl", text: curl(facts) },
  ];
}

interface Facts {
  baseUrl: string;
  /** After the address of the provider in the gateway. */
  path: string;
  url: string;
  key: string;
  /** A key of Outlay's has to stand beside the provider's. */
  beside: boolean;
  model: string;
}

const BESIDE = `"x-outlay-key": "outlay_…"`;

type Write = (facts: Facts) => string;

/** The SDKs of one maker, which differ in names only. */
function sdks(className: string, { python, javascript }: { python: string; javascript: string }) {
  return {
    python: ({ baseUrl, key, beside }: Facts) =>
      lines(
        `from ${python} import ${className}`,
        "",
        `client = ${className}(`,
        `    base_url="${baseUrl}",`,
        `    api_key="${key}",`,
        ...(beside ? [`    default_headers={${BESIDE}},`] : []),
        ")",
      ),
    javascript: ({ baseUrl, key, beside }: Facts) =>
      lines(
        `import ${className} from "${javascript}";`,
        "",
        `const client = new ${className}({`,
        `  baseURL: "${baseUrl}",`,
        `  apiKey: "${key}",`,
        ...(beside ? [`  defaultHeaders: { ${BESIDE} },`] : []),
        "});",
      ),
  };
}

const WRITERS: Record<Chat["language"], Record<ProviderSnippet["name"], Write>> = {
  openai: {
    ...sdks("OpenAI", { python: "openai", javascript: "openai" }),
    curl: (facts) =>
      curlOf(facts, facts.path, [`authorization: Bearer ${facts.key}`], {
        model: facts.model,
        messages: [{ role: "user", content: "Hello" }],
      }),
  },
  anthropic: {
    ...sdks("Anthropic", { python: "anthropic", javascript: "@anthropic-ai/sdk" }),
    curl: (facts) =>
      curlOf(facts, facts.path, [`x-api-key: ${facts.key}`, "anthropic-version: 2023-06-01"], {
        model: facts.model,
        max_tokens: 100,
        messages: [{ role: "user", content: "Hello" }],
      }),
  },
  google: {
    python: ({ baseUrl, key, beside }) =>
      lines(
        "from google import genai",
        "",
        "client = genai.Client(",
        `    api_key="${key}",`,
        `    http_options={"base_url": "${baseUrl}"${beside ? `, "headers": {${BESIDE}}` : ""}},`,
        ")",
      ),
    javascript: ({ baseUrl, key, beside }) =>
      lines(
        'import { GoogleGenAI } from "@google/genai";',
        "",
        "const client = new GoogleGenAI({",
        `  apiKey: "${key}",`,
        `  httpOptions: { baseUrl: "${baseUrl}"${beside ? `, headers: { ${BESIDE} }` : ""} },`,
        "});",
      ),
    curl: (facts) =>
      curlOf(facts, `/v1beta/models/${facts.model}:generateContent`, [`x-goog-api-key: ${facts.key}`], {
        contents: [{ parts: [{ text: "Hello" }] }],
      }),
  },
};

function curlOf({ url, beside }: Facts, path: string, headers: readonly string[], body: unknown): string {
  const all = [...headers, ...(beside ? ["x-outlay-key: outlay_…"] : []), "content-type: application/json"];
  return [`curl ${url}${path}`, ...all.map((header) => `  -H '${header}'`), `  -d '${JSON.stringify(body)}'`].join(
    " \\\n",
  );
}

const lines = (...all: string[]) => all.join("\n");

const USUAL_MODELS: Record<string, string> = {
  openai: "gpt-4.1-mini",
  anthropic: "claude-sonnet-4-5",
  google: "gemini-2.5-flash",
};
