import { setTimeout as sleep } from "node:timers/promises";
import type { ReadStream } from "node:tty";
import type { BreakdownAnswer, EventsAnswer, QueryAnswer } from "../ledger/answers.ts";
import type { Api, CliContext } from "./context.ts";
import { drawLive, type LiveView } from "./draw-live.ts";
import { getJson, problemOf, type Params } from "./get-json.ts";
import type { Report } from "./limits.ts";
import { UsageError } from "./problem.ts";
import { readStream } from "./read-stream.ts";
import { openScreen } from "./screen.ts";

/** Sums are asked for again at most this often while calls come in, and this often when none do. */
const busyMs = 2_000;
const quietMs = 30_000;
const retryMs = 2_000;
const minuteMs = 60_000;
const mostRecent = 100;

/** `outlay costs --live`: the dashboard of the terminal, moving with what the server records. Ends with q. */
export async function liveCosts(context: CliContext, params: Params): Promise<void> {
  const input = context.stdin as Partial<ReadStream> & CliContext["stdin"];
  if (!context.isTerminal || input.isTTY !== true || input.setRawMode === undefined) {
    throw new UsageError("--live needs a terminal; without one, use outlay costs or outlay costs --json.");
  }
  const api = await context.connect();
  if (!/^https?:/.test(api.where)) {
    throw new UsageError(
      "--live watches a running server, and none runs on this data folder; start one with outlay serve.",
    );
  }
  const live: Live = { api, params, view: await askView(api, params, context.now()), isStale: false };
  const screen = openScreen(context, {
    draw: (size) => drawLive(live.view, { ...size, colors: context.colors }),
    onKey: (key) => {
      if (key === "r") live.isStale = true;
    },
  });
  const stop = new AbortController();
  try {
    await Promise.race([
      screen.ended,
      follow(live, stop.signal, () => screen.redraw()),
      keepAsking(live, context, stop.signal, () => screen.redraw()),
    ]);
  } finally {
    stop.abort();
    screen.close();
  }
}

interface Live {
  api: Api;
  params: Params;
  view: LiveView;
  /** Something was recorded since the sums were asked for. */
  isStale: boolean;
}

async function askView(api: Api, params: Params, nowMs: number): Promise<LiveView> {
  const shares = (by: string) =>
    getJson<BreakdownAnswer>(api, "/api/v1/breakdown", { ...params, by, metrics: "cost,calls", limit: 5 });
  const minute = { filter: params["filter"], from: new Date(nowMs - minuteMs).toISOString() };
  const [totals, byModel, byAgent, { budgets }, { events }, last] = await Promise.all([
    getJson<QueryAnswer>(api, "/api/v1/query", { ...params, metrics: "cost,calls,tokens,errors" }),
    shares("model"),
    shares("agent"),
    getJson<{ budgets: Report[] }>(api, "/api/v1/budgets", { periods: 1 }),
    getJson<EventsAnswer>(api, "/api/v1/events", { ...params, limit: mostRecent }),
    getJson<QueryAnswer>(api, "/api/v1/query", { ...minute, metrics: "cost,calls" }),
  ]);
  return {
    totals,
    byModel,
    byAgent,
    budgets: budgets.flatMap(({ limit, standing }) =>
      standing === null
        ? []
        : [
            {
              name: limit.name,
              spentUsd: standing.state.spentUsd,
              amountUsd: standing.state.amountUsd,
              usedPercent: standing.usedPercent,
            },
          ],
    ),
    recent: events,
    lastMinute: { costUsd: last.totals.cost ?? 0, calls: last.totals.calls ?? 0 },
    where: api.where,
    trouble: null,
  };
}

/** Hears of calls as they are recorded; connects again when the server was away. */
async function follow(live: Live, signal: AbortSignal, redraw: () => void): Promise<void> {
  while (!signal.aborted) {
    try {
      const response = await live.api.request("/api/v1/stream", { signal });
      if (!response.ok || response.body === null) throw await problemOf(response);
      live.view.trouble = null;
      live.isStale = true;
      for await (const { event } of readStream(response.body)) {
        // what comes first only says where the stream begins; sums change with calls, and with what was missed
        if (event !== "totals") live.isStale = true;
      }
    } catch {
      // said on the screen, and tried again
    }
    if (signal.aborted) return;
    live.view.trouble = "The server is away; trying again …";
    redraw();
    await sleep(retryMs, undefined, { signal }).catch(() => {});
  }
}

async function keepAsking(live: Live, { now }: CliContext, signal: AbortSignal, redraw: () => void): Promise<void> {
  let askedAtMs = now();
  while (!signal.aborted) {
    await sleep(busyMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    // the last minute moves on also when nothing is recorded any more
    const isMoving = live.isStale || live.view.lastMinute.calls > 0;
    if (!isMoving && now() - askedAtMs < quietMs) continue;
    live.isStale = false;
    askedAtMs = now();
    try {
      live.view = { ...(await askView(live.api, live.params, askedAtMs)), trouble: live.view.trouble };
    } catch {
      live.isStale = true;
    }
    redraw();
  }
}
