import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { InvalidInput } from "@outlay/core";
import { answerMessage, countTokens } from "./anthropic.ts";
import { parseBehaviour, type Behaviour } from "./behaviour.ts";
import { answerConverse, answerInvoked } from "./bedrock.ts";
import { answerCohereChat, answerCohereEmbed, answerRerank } from "./cohere.ts";
import { answerEmbedded, answerGenerated, answerInteraction, answerPictures, countGoogleTokens } from "./google.ts";
import { answerConversation, answerOcr } from "./mistral.ts";
import { answerOllamaChat, answerOllamaEmbed } from "./ollama.ts";
import { answerChat, CHAT_PROVIDERS } from "./openai-chat.ts";
import { answerCompletion } from "./openai-completions.ts";
import { answerEmbeddings, answerImages, answerSpeech, answerTranscription, listModels } from "./openai-media.ts";
import { answerResponse } from "./openai-responses.ts";
import {
  changeOrganisation,
  newOrganisation,
  type Organisation,
  type ReportRefusal,
} from "./organisation/organisation.ts";
import { reportOf } from "./organisation/reports.ts";
import { object, readPrompt, type Json, type Prompt } from "./prompt.ts";
import { refusal, refusalHeaders } from "./refusal.ts";
import { json, JSON_TYPE, type Reply } from "./reply.ts";
import { RequestLog, type LoggedRequest } from "./request-log.ts";
import { sendReply } from "./send-reply.ts";
import { serveAnswer, type Served } from "./serve-answer.ts";

/** A provider that costs nothing, running. */
export interface MockProvider {
  /** Without a slash at the end. */
  url: string;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 128 * 1_048_576;
/** Requests of which it is remembered how often they were refused. */
const MAX_COUNTED = 10_000;

/** Starts it on a loopback address; port 0 takes any free one. `behaviour` holds where a request asks for nothing else. */
export async function startMockProvider(options: {
  port: number;
  host?: string;
  behaviour?: Behaviour;
}): Promise<MockProvider> {
  const state: State = {
    log: new RequestLog(),
    refusals: new Map(),
    behaviour: options.behaviour ?? {},
    organisation: newOrganisation(),
  };
  const server = createServer((request, response) => {
    response.on("error", () => {});
    void answer(request, response, state).catch((error: unknown) => fail(response, error));
  });
  const host = options.host ?? "127.0.0.1";
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface State {
  log: RequestLog;
  /** How often each request has been refused, by a hash of it. */
  refusals: Map<string, number>;
  behaviour: Behaviour;
  /** What those who ask for usage and costs are told of. */
  organisation: Organisation;
}

type Answer = (prompt: Prompt, served: Served, behaviour: Behaviour) => Reply;

/** What is answered where, by the end of the path. */
const ANSWERS: [RegExp, Answer][] = [
  [/\/chat\/completions$/, answerChat],
  [/\/fim\/completions$/, answerChat],
  [/\/completions$/, answerCompletion],
  [/\/responses(?:\/compact)?$/, answerResponse],
  [/\/embeddings$/, answerEmbeddings],
  [/\/images\/(?:generations|edits)$/, answerImages],
  [/\/audio\/speech$/, answerSpeech],
  [/\/audio\/(?:transcriptions|translations)$/, answerTranscription],
  [/\/messages$/, answerMessage],
  [/\/messages\/count_tokens$/, countTokens],
  [/:(?:streamGenerateContent|generateContent)$/, answerGenerated],
  [/:(?:embedContent|batchEmbedContents)$/, answerEmbedded],
  [/:countTokens$/, countGoogleTokens],
  [/:(?:rawPredict|streamRawPredict)$/, answerMessage],
  [/:predict$/, answerPictures],
  [/\/interactions$/, answerInteraction],
  [/\/conversations$/, answerConversation],
  [/\/ocr$/, answerOcr],
  [/\/model\/.+\/converse(?:-stream)?$/, answerConverse],
  [/\/model\/.+\/invoke(?:-with-response-stream)?$/, answerInvoked],
  [/\/v2\/chat$/, answerCohereChat],
  [/\/v2\/embed$/, answerCohereEmbed],
  [/\/v2\/rerank$/, answerRerank],
  [/\/api\/(?:chat|generate)$/, answerOllamaChat],
  [/\/api\/embed$/, answerOllamaEmbed],
];

/** Names that may stand in front of a path. */
const MOCKED_PROVIDERS = new Set(["anthropic", "google", "bedrock", "cohere", "ollama", ...CHAT_PROVIDERS]);

async function answer(request: IncomingMessage, response: ServerResponse, state: State): Promise<void> {
  const url = new URL(request.url ?? "/", "http://mock");
  if (url.pathname === "/mock/organisation") return answerOrganisation(request, response, state);
  if (url.pathname.startsWith("/mock")) return answerAboutItself(request, response, url.pathname, state.log);
  const { provider, path } = splitProvider(url.pathname);
  const body = await readBody(request);
  const entry = state.log.add({
    method: request.method ?? "GET",
    path: `${url.pathname}${url.search}`,
    provider,
    headers: request.headers,
    body: body.toString("utf8", 0, 65_536),
  });
  const report = reportOf(
    { method: entry.method, url, body: entry.body, headers: request.headers as Record<string, string> },
    state.organisation,
  );
  const told = report === null ? {} : state.organisation.behaviour;
  const behaviour = { ...state.behaviour, ...told, ...asked(request, url, body) };
  if (behaviour.delay !== undefined) await sleep(behaviour.delay);
  if (behaviour.close === true) return close(response, entry);
  if (behaviour.hang === true) return hang(response, entry);
  if (isRefused(state, behaviour, url.pathname, body)) {
    return refuse(response, provider, behaviour.status!, entry, behaviour);
  }
  if (report !== null && "status" in report.answer) return refuseReport(response, report.answer, entry);
  const reply =
    report !== null && "body" in report.answer
      ? json(report.answer.body, { served: null })
      : replyTo(request, provider, path + url.search, body, behaviour, entry.number);
  if (reply === null) return refuse(response, provider, 404, entry, {});
  entry.served = reply.served;
  entry.units = reply.units ?? null;
  entry.reportedCostUsd = reply.reportedCostUsd ?? null;
  response.setHeader("x-request-id", `req_mock_${entry.number}`);
  await sendReply(response, reply, behaviour, entry, String(request.headers["accept-encoding"] ?? ""));
}

/** Nothing at all is answered, until the client goes. */
async function hang(response: ServerResponse, entry: LoggedRequest): Promise<void> {
  await once(response, "close");
  entry.end = "aborted";
}

function close(response: ServerResponse, entry: LoggedRequest): void {
  entry.end = "closed";
  response.socket?.destroy();
}

/** `/groq/openai/v1/…` is Groq's; without a name in front, the path itself tells. */
function splitProvider(path: string): { provider: string; path: string } {
  const first = path.split("/")[1] ?? "";
  if (path.startsWith("/openai/deployments/")) return { provider: "azure", path };
  if (MOCKED_PROVIDERS.has(first)) return { provider: first, path: path.slice(first.length + 1) };
  if (path.startsWith("/model/")) return { provider: "bedrock", path };
  if (path.startsWith("/v2/")) return { provider: "cohere", path };
  if (path.startsWith("/api/")) return { provider: "ollama", path };
  if (path.includes("/messages")) return { provider: "anthropic", path };
  if (/\/v1(beta|alpha)?\/(models|publishers|projects)\/.*:/.test(path) || path.startsWith("/v1beta")) {
    return { provider: "google", path };
  }
  return { provider: "openai", path };
}

/** A line `x-mock: …` of the user's last message, `?mock=`, and the header `x-mock`; the later wins. */
function asked(request: IncomingMessage, url: URL, body: Buffer): Behaviour {
  const header = request.headers["x-mock"];
  const inAddress = url.searchParams.get("mock");
  return {
    ...(body.includes("x-mock:") ? parseBehaviour(wordsInPrompt(request, body)) : {}),
    ...(inAddress === null ? {} : parseBehaviour(inAddress)),
    ...(header === undefined ? {} : parseBehaviour(String(header))),
  };
}

function wordsInPrompt(request: IncomingMessage, body: Buffer): string {
  const { lastText } = readPrompt("", "/", readFields(request, body));
  return /(?:^|\n)x-mock:([^\n]*)/.exec(lastText)?.[1] ?? "";
}

function isRefused(state: State, behaviour: Behaviour, path: string, body: Buffer): boolean {
  if (behaviour.status === undefined || behaviour.status < 400) return false;
  if (behaviour.times === undefined) return true;
  const request = createHash("sha1").update(path).update(body).digest("base64");
  const before = state.refusals.get(request) ?? 0;
  if (state.refusals.size >= MAX_COUNTED) state.refusals.clear();
  state.refusals.set(request, before + 1);
  return before < behaviour.times;
}

function replyTo(
  request: IncomingMessage,
  provider: string,
  pathAndQuery: string,
  body: Buffer,
  behaviour: Behaviour,
  number: number,
): Reply | null {
  const path = pathAndQuery.replace(/\?.*$/, "");
  if (request.method === "GET" && path.endsWith("/models")) return listModels(provider);
  const found = request.method === "POST" ? ANSWERS.find(([pattern]) => pattern.test(path)) : undefined;
  if (found === undefined) return null;
  const prompt = readPrompt(provider, pathAndQuery, readFields(request, body));
  return found[1](prompt, serveAnswer(prompt, behaviour, number), behaviour);
}

/** A JSON body, or the short fields of a form. */
function readFields(request: IncomingMessage, body: Buffer): Json {
  if (String(request.headers["content-type"]).startsWith("multipart/form-data")) {
    const field = /name="(\w+)"\r\n\r\n([^\r\n]*)\r\n/g;
    return Object.fromEntries([...body.toString("latin1").matchAll(field)].map((match) => [match[1]!, match[2]!]));
  }
  try {
    return object(JSON.parse(body.toString("utf8")));
  } catch {
    throw new InvalidInput("invalid_json", "the body is not JSON");
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += (part as Buffer).length;
    if (bytes > MAX_BODY_BYTES)
      throw new InvalidInput("body_too_large", `the body is larger than ${MAX_BODY_BYTES} bytes`);
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

function refuse(
  response: ServerResponse,
  provider: string,
  status: number,
  entry: LoggedRequest,
  behaviour: Behaviour,
): void {
  entry.status = status;
  entry.end = "refused";
  const retryAfter = behaviour["retry-after"];
  response.writeHead(status, {
    "content-type": JSON_TYPE,
    "x-request-id": `req_mock_${entry.number}`,
    ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
    ...refusalHeaders(provider, status),
  });
  response.end(refusal(provider, status));
}

function refuseReport(response: ServerResponse, refusalOf: ReportRefusal, entry: LoggedRequest): void {
  entry.status = refusalOf.status;
  entry.end = "refused";
  response.writeHead(refusalOf.status, { "content-type": JSON_TYPE });
  response.end(JSON.stringify({ error: { message: refusalOf.message ?? "The mock provider refuses this." } }));
}

/** `PUT /mock/organisation` changes what usage and cost addresses tell: `{ "today": "2026-11-22", "late": 1000 }`. */
async function answerOrganisation(request: IncomingMessage, response: ServerResponse, state: State): Promise<void> {
  if (request.method === "PUT") {
    changeOrganisation(state.organisation, object(JSON.parse((await readBody(request)).toString())));
    state.refusals.clear();
  }
  response.writeHead(200, { "content-type": JSON_TYPE });
  response.end(JSON.stringify(state.organisation));
}

/** `GET /mock/requests` tells what came, `GET /mock/requests/7` of one of them; `DELETE` forgets all. */
function answerAboutItself(request: IncomingMessage, response: ServerResponse, path: string, log: RequestLog): void {
  const named = /^\/mock\/requests(?:\/(\d+))?$/.exec(path);
  const isAll = named !== null && named[1] === undefined;
  if (isAll && request.method === "DELETE") log.clear();
  const found = isAll ? log.list() : named === null ? null : log.find(Number(named[1]));
  response.writeHead(found === null ? 404 : 200, { "content-type": JSON_TYPE });
  response.end(JSON.stringify(found ?? { error: { message: "Try GET /mock/requests." } }));
}

/** What the request did wrong is said; anything else is our bug, and looks like a provider's. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const isInput = error instanceof InvalidInput;
  const message = isInput ? error.message : `The mock provider failed: ${String(error)}`;
  const type = isInput ? "invalid_request_error" : "server_error";
  response.writeHead(isInput ? 400 : 500, { "content-type": JSON_TYPE });
  response.end(JSON.stringify({ error: { message, type, param: null, code: isInput ? error.code : null } }));
}
