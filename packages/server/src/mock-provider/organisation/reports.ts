import { object, type Json } from "../prompt.ts";
import { anthropicReports } from "./anthropic.ts";
import { cursorReports } from "./cursor.ts";
import { githubReports } from "./github.ts";
import { openaiReports } from "./openai.ts";
import { openrouterReports } from "./openrouter.ts";
import type { Organisation, ReportAnswer, ReportRequest, Reports } from "./organisation.ts";
import { deepseekReports, mistralReports, xaiReports } from "./smaller.ts";

const REPORTS: Record<string, Reports> = {
  openai: openaiReports,
  anthropic: anthropicReports,
  openrouter: openrouterReports,
  github: githubReports,
  cursor: cursorReports,
  "xai-management": xaiReports,
  "mistral-admin": mistralReports,
  deepseek: deepseekReports,
};

/** The answer to a question about an organisation, by the provider in front of the path; null: it is none. */
export function reportOf(
  request: { method: string; url: URL; body: string; headers: Record<string, string> },
  organisation: Organisation,
): { provider: string; answer: ReportAnswer } | null {
  const [, provider = "", ...rest] = request.url.pathname.split("/");
  const reports = Object.hasOwn(REPORTS, provider) ? REPORTS[provider]! : null;
  if (reports === null) return null;
  const asked: ReportRequest = {
    method: request.method,
    path: `/${rest.join("/")}`,
    query: request.url.searchParams,
    body: readBody(request.body),
    headers: request.headers,
  };
  const answer = reports(asked, organisation);
  return answer === null ? null : { provider, answer };
}

function readBody(text: string): Json {
  try {
    return object(JSON.parse(text));
  } catch {
    return {};
  }
}
