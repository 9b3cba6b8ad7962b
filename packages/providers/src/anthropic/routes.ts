import { count, fields, parseJson, text } from "../fields.ts";
import { blankMeasured, type Provider, type RequestFacts, type Route, type SentRequest } from "../provider.ts";
import { commonFacts, requestFields } from "../read-request.ts";
import { openMessageStream } from "./stream.ts";
import { readMessage, type MessagesDialect } from "./usage.ts";

/** Routes of a provider that speaks Anthropic's language. */
export function messagesRoutes(dialect: MessagesDialect = {}): Route[] {
  return [
    {
      method: "POST",
      path: /\/messages$/,
      operation: "chat",
      billed: true,
      readRequest: readMessagesRequest,
      readAnswer: (body, call) => readMessage(body, call, dialect),
      openStream: (call) => openMessageStream(call, dialect),
      askForUsage: () => null,
      isUsageOnly: () => false,
    },
    {
      method: "POST",
      path: /\/messages\/count_tokens$/,
      operation: "count_tokens",
      billed: false,
      readRequest: readMessagesRequest,
      readAnswer: () => ({ ...blankMeasured(), ended: true }),
      openStream: (call) => openMessageStream(call, dialect),
      askForUsage: () => null,
      isUsageOnly: () => false,
    },
  ];
}

/** Where Anthropic's requests say what. */
export function readMessagesRequest(request: SentRequest): RequestFacts {
  const body = requestFields(request);
  const facts = commonFacts(body);
  return {
    ...facts,
    session: facts.session ?? claudeCodeSession(facts.user),
    serviceTier: body["speed"] === "fast" ? "fast" : facts.serviceTier,
    geo: text(body["inference_geo"]),
    maxOutputTokens: count(body["max_tokens"]) ?? null,
  };
}

/** Claude Code puts its session into the user id: at its end, or as JSON. */
function claudeCodeSession(user: string | null): string | null {
  if (user === null) return null;
  return /_session_([0-9a-f-]{36})$/.exec(user)?.[1] ?? text(fields(parseJson(user))["session_id"]);
}

export const anthropic: Provider = {
  name: "anthropic",
  billedAs: "anthropic",
  baseUrl: "https://api.anthropic.com",
  routes: messagesRoutes(),
};
