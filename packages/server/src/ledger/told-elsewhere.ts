import type { StoredEvent } from "../storage/storage.ts";
import { parseFilters } from "./filters.ts";
import type { Ledger } from "./ledger.ts";

/**
 * A coding tool tells of the same calls through its telemetry and in its logs, under ids of their own, and of each call the
 * provider's id of the request. Which of these events have been told by `other`, the source of the other door, in the same
 * session? Whatever came first stands.
 */
export async function toldElsewhere(
  ledger: Pick<Ledger, "storage">,
  events: unknown[],
  other: string,
): Promise<Set<number>> {
  const told = new Set<number>();
  // most stores hear of a tool through one door only; then there is nothing to look for
  if (!(await ledger.storage.hasSource(other))) return told;
  for (const [session, calls] of bySession(events)) {
    const requests = await requestsOf(ledger, session, calls, other);
    for (const { place, requestId } of calls) if (requests.has(requestId)) told.add(place);
  }
  return told;
}

/** The name of a coding tool's calls in telemetry, where it is another than in its logs. */
const TELEMETRY_NAMES: Record<string, string> = { "copilot-cli": "github-copilot" };

/** The filters of the calls that telemetry tells of a coding tool. */
export function telemetryFilters(tool: string): string[] {
  return ["source:otlp", `agent:${TELEMETRY_NAMES[tool] ?? tool}`];
}

/** Calls that cannot be known again in another source, for want of a provider's id of the request. */
export interface UnmatchedCalls {
  calls: number;
  /** There are more than were counted. */
  isMore: boolean;
}

interface Page {
  events: { metadata?: unknown }[];
  nextCursor: string | null;
}

const MOST_PAGES = 20;

/** Counts them in the pages of a list, of which it asks for a few at most. */
export async function countUnmatched(listPage: (cursor: string | null) => Promise<Page>): Promise<UnmatchedCalls> {
  const counted: UnmatchedCalls = { calls: 0, isMore: false };
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { events, nextCursor }: Page = await listPage(cursor);
    counted.calls += events.filter(({ metadata }) => requestIdOf(metadata) === null).length;
    cursor = nextCursor;
    if (cursor === null) return counted;
  }
  return { ...counted, isMore: true };
}

/** As `countUnmatched`, of the calls of a tool that a store was told of by telemetry in a range. */
export async function countTelemetry(
  ledger: Pick<Ledger, "storage">,
  tool: string,
  range: { startMs: number; endMs: number },
): Promise<UnmatchedCalls> {
  if (!(await ledger.storage.hasSource("otlp"))) return { calls: 0, isMore: false };
  const question = { ...range, filters: parseFilters(telemetryFilters(tool)), limit: PAGE };
  return countUnmatched((cursor) => ledger.storage.listEvents(cursor === null ? question : { ...question, cursor }));
}

interface RequestedCall {
  place: number;
  atMs: number;
  requestId: string;
}

/** Telemetry tells when a call began, logs when it ended. */
const NEAR_MS = 3_600_000;
const PAGE = 1_000;

function bySession(events: unknown[]): Map<string, RequestedCall[]> {
  const sessions = new Map<string, RequestedCall[]>();
  events.forEach((event, place) => {
    const { session, occurredAt, metadata } = (event ?? {}) as Record<string, unknown>;
    const requestId = requestIdOf(metadata);
    const atMs = typeof occurredAt === "string" ? Date.parse(occurredAt) : occurredAt;
    if (typeof session !== "string" || session === "" || requestId === null || !Number.isFinite(atMs)) return;
    const calls = sessions.get(session);
    const call = { place, atMs: atMs as number, requestId };
    if (calls === undefined) sessions.set(session, [call]);
    else calls.push(call);
  });
  return sessions;
}

function requestIdOf(metadata: unknown): string | null {
  const id = (metadata as Record<string, unknown> | null | undefined)?.["requestId"];
  return typeof id === "string" && id.length >= 8 ? id : null;
}

/** What the other source has told of the session around these calls. */
async function requestsOf(
  { storage }: Pick<Ledger, "storage">,
  session: string,
  calls: RequestedCall[],
  other: string,
): Promise<Set<string>> {
  const times = calls.map(({ atMs }) => atMs);
  const filters = [
    { dimension: "session" as const, values: [session], patterns: [], exclude: false },
    { dimension: "source" as const, values: [other], patterns: [], exclude: false },
  ];
  const range = { startMs: Math.min(...times) - NEAR_MS, endMs: Math.max(...times) + NEAR_MS, limit: PAGE, filters };
  const requests = new Set<string>();
  let cursor: string | null = null;
  do {
    const page: { events: StoredEvent[]; nextCursor: string | null } = await storage.listEvents(
      cursor === null ? range : { ...range, cursor },
    );
    for (const { metadata } of page.events) {
      const id = requestIdOf(metadata);
      if (id !== null) requests.add(id);
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
  return requests;
}
