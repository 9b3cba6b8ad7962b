import { OpenAPIHono } from "@hono/zod-openapi";
import { InvalidInput } from "@outlay/core";
import type { Context } from "hono";
import { z } from "zod";
import type { AccessRule } from "../access/principal.ts";
import type { QueryParams } from "../ledger/answers.ts";
import { readParameters } from "../ledger/parameters.ts";
import { admit } from "./authorize.ts";
import type { HttpEnvironment } from "./environment.ts";
import { PROBLEM_TYPE, problemSchema } from "./problem.ts";
import { readJsonBody } from "./read-body.ts";

export type App = OpenAPIHono<HttpEnvironment>;

/** One operation of the API: all that its documentation, its checks and its address are made from. */
export interface RouteDeclaration {
  method: "get" | "post" | "put" | "patch" | "delete";
  /** As OpenAPI writes it: `/api/v1/events/{id}`. */
  path: string;
  /** Who may use it; asked before the handler. */
  access: AccessRule;
  /** Heading of the documentation under which it stands. */
  tag: string;
  summary: string;
  description?: string;
  params?: z.ZodObject;
  /** Names every parameter that may be given; others are refused. Values are checked by who uses them. */
  query?: z.ZodObject;
  body?: { schema: z.ZodType; example: unknown };
  /** Of success; 200 when absent. */
  status?: 200 | 207;
  /** Of success: JSON by its schema, or another media type. */
  answer: z.ZodType | { mediaTypes: string[]; description: string };
  example?: unknown;
}

/** A request whose parameters have known names. */
interface RouteRequest {
  c: Context<HttpEnvironment>;
  params: Record<string, string>;
  query: QueryParams;
  /** Reads and parses the body; see readJsonBody for what it refuses. */
  body(): Promise<unknown>;
}

/** Answers with JSON; a Response is sent as it is. */
export type RouteHandler = (request: RouteRequest) => Promise<unknown>;

/** Declares one operation: mounts its handler and enters it into the API's documentation. */
export function addRoute(app: App, route: RouteDeclaration, handle: RouteHandler): void {
  document(app, route);
  const known = Object.keys(route.query?.shape ?? {});
  app.on(route.method.toUpperCase(), route.path.replaceAll(/\{(.+?)\}/g, ":$1"), async (c) => {
    await admit(c, route.access);
    const answer = await handle({
      c,
      params: c.req.param() as Record<string, string>,
      query: parseQueryString(c.req.url, known),
      body: () => readJsonBody(c),
    });
    const response = answer instanceof Response ? answer : jsonResponse(answer, route.status ?? 200);
    // what one may see, another may not: nothing in between may keep it
    if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
    // nobody will read it: a stream must not wait for that
    if (c.req.method === "HEAD") await response.body?.cancel();
    return response;
  });
}

function jsonResponse(value: unknown, status: number): Response {
  return new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json" } });
}

/** Throws InvalidInput that names the path of the first part that does not fit. */
export function parseAs<T>(schema: z.ZodType<T>, value: unknown, code: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  if (issue.code === "unrecognized_keys") {
    const path = [...issue.path, issue.keys[0]!].join(".");
    throw new InvalidInput("unknown_field", `${path} is not a known field`, { field: path });
  }
  const field = issue.path.join(".");
  const name = field === "" ? "The body" : field;
  throw new InvalidInput(code, `${name} is not valid: ${issue.message}`, field === "" ? {} : { field });
}

/**
 * Parameters of a query string. Throws InvalidInput for a name that is not known, and for text that is not
 * percent-encoded UTF-8.
 */
function parseQueryString(url: string, known: readonly string[]): QueryParams {
  const params: QueryParams = Object.create(null) as QueryParams;
  const start = url.indexOf("?");
  for (const pair of (start === -1 ? "" : url.slice(start + 1)).split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    (params[name] ??= []).push(equals === -1 ? "" : decode(pair.slice(equals + 1), name));
  }
  readParameters(params, known);
  return params;
}

function decode(text: string, name?: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new InvalidInput(
      "invalid_encoding",
      `${name ?? "A parameter's name"} is not percent-encoded UTF-8`,
      name === undefined ? {} : { field: name },
    );
  }
}

function document(app: App, route: RouteDeclaration): void {
  const { method, path, access, tag, summary, description, params, query, body } = route;
  app.openAPIRegistry.registerPath({
    method,
    path,
    tags: [tag],
    summary,
    operationId: operationId(method, path),
    "x-outlay-access": access,
    ...(description === undefined ? {} : { description }),
    request: {
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { query }),
      ...(body === undefined
        ? {}
        : {
            body: { required: true, content: { "application/json": { schema: body.schema, example: body.example } } },
          }),
    },
    responses: {
      [route.status ?? 200]: documentAnswer(route),
      "4XX": {
        description: "What the caller can mend",
        content: { [PROBLEM_TYPE]: { schema: problemSchema } },
      },
      "5XX": { description: "A failure of Outlay", content: { [PROBLEM_TYPE]: { schema: problemSchema } } },
    },
  });
}

function documentAnswer({ answer, example }: RouteDeclaration) {
  if (!(answer instanceof z.ZodType)) {
    const content = Object.fromEntries(answer.mediaTypes.map((type) => [type, { schema: z.string() }]));
    return { description: answer.description, content };
  }
  const json = example === undefined ? { schema: answer } : { schema: answer, example };
  return { description: "The answer", content: { "application/json": json } };
}

/** get /api/v1/events/{id} → getV1EventsById. */
function operationId(method: string, path: string): string {
  const words = path
    .replace(/^\/api/, "")
    .replaceAll(/\{(.+?)\}/g, "by-$1")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "");
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}
