import { docsPage } from "./docs-page.ts";
import type { App } from "./route.ts";

/** The part of an OpenAPI document that the page shows. */
export interface ApiDocument {
  openapi: string;
  info: { title: string; version: string; description?: string };
  tags?: { name: string; description?: string }[];
  paths?: Record<string, Record<string, ApiOperation>>;
  components?: { schemas?: Record<string, ApiSchema> };
}

export interface ApiOperation {
  tags?: string[];
  summary?: string;
  description?: string;
  operationId?: string;
  parameters?: {
    name: string;
    in: string;
    required?: boolean;
    description?: string;
    schema?: ApiSchema;
    example?: unknown;
  }[];
  requestBody?: { content?: Record<string, ApiContent> };
  responses?: Record<string, { description?: string; content?: Record<string, ApiContent> }>;
}

export interface ApiContent {
  schema?: ApiSchema;
  example?: unknown;
}

/** JSON Schema, as far as it is read. */
export interface ApiSchema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  example?: unknown;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, ApiSchema>;
  required?: string[];
  items?: ApiSchema;
  anyOf?: ApiSchema[];
  oneOf?: ApiSchema[];
  additionalProperties?: boolean | ApiSchema;
}

const TAGS = [
  { name: "Recording", description: "Everything that was used or charged goes in here." },
  { name: "Langfuse", description: "What clients of Langfuse send and ask for: they only need another address." },
  { name: "Questions", description: "One language: metrics × dimensions × filters × period × comparison." },
  { name: "Coding tools", description: "Blocks of hours, limits of plans, and what a status line shows." },
  {
    name: "Providers' reports",
    description: "What providers say themselves, beside what was recorded, and how both agree.",
  },
  { name: "Reports", description: "A month as a document, and reports that go out by e-mail at their hour." },
  { name: "Lists", description: "Calls, sessions, users, agents, work items, files." },
  { name: "Live", description: "What happens, while it happens." },
  { name: "Prices", description: "Which price a call gets, and changing it." },
  { name: "Gateway", description: "Calls that pass through Outlay to their provider." },
  { name: "Limits", description: "What may be spent, and what happens to calls that would go beyond it." },
  { name: "Budgets", description: "How spending stands against an amount and against time." },
  { name: "Keys", description: "Who may call the gateway, and whose account pays." },
  { name: "Alerts", description: "What Outlay tells people by itself, and how it was told." },
  { name: "Channels", description: "Where alerts go." },
  {
    name: "Subscriptions",
    description: "Flat fees beside usage: what they cost, what they cover, whether they are worth it.",
  },
  { name: "Views", description: "Pages with what was chosen on them, saved under a name." },
  { name: "Account", description: "Signing in, and what is about oneself." },
  { name: "People", description: "Who has an account, in which role and teams." },
  { name: "Assistants", description: "What assistants ask, over the Model Context Protocol." },
  { name: "System", description: "Health, vocabulary, maintenance." },
  { name: "Addresses of earlier systems", description: "Kept for dashboards and scripts that call them." },
];

/** `/api/openapi.json` and the page made from it. To be called after every route has been declared. */
export function addDocumentation(app: App, version: string): void {
  // made when first asked for: it takes longer than everything else at the start
  let made: ApiDocument | null = null;
  const apiDocument = () => (made ??= describe(app, version));
  app.get("/api/openapi.json", (c) => c.json(apiDocument()));
  app.get("/api/docs", (c) =>
    c.html(docsPage(apiDocument()), 200, {
      "content-security-policy":
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    }),
  );
}

function describe(app: App, version: string): ApiDocument {
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Outlay",
      version,
      description:
        "What your AI calls cost. Money is a number of US dollars, exact to nine decimals; times are ISO 8601 instants in UTC; periods include their start and exclude their end. Unknown parameters and fields are refused by name. Errors are problem documents (RFC 9457) with a stable code.",
      license: { name: "MIT" },
    },
    tags: TAGS,
  });
  return withPlainPatterns(document) as ApiDocument;
}

/** The generator writes a regular expression with its flags, as in `^a$/u`; JSON Schema knows none. */
function withPlainPatterns(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPlainPatterns);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      key === "pattern" && typeof part === "string" ? part.replace(/\/[a-z]+$/, "") : withPlainPatterns(part),
    ]),
  );
}
