import type { Dimension } from "@outlay/core";
import { z } from "zod";
import { entity } from "../../ledger/entity.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import { getSession, listSessions } from "../../ledger/list-sessions.ts";
import { listValues } from "../../ledger/list-values.ts";
import { entityAnswer, sessionDetail, sessionsAnswer } from "../answers.ts";
import { compareParameters, filterParameters, pageParameters, periodParameters } from "../parameters.ts";
import { addRoute } from "../route.ts";
import type { App } from "../route.ts";

const text = (description: string) => z.string().optional().meta({ description });
const tag = "Lists";

/** Sessions, users, agents, tag values, and the values of any dimension. */
export function addEntityRoutes(app: App, ledger: Ledger): void {
  addSessionRoutes(app, ledger);
  const query = z.object({ ...periodParameters, ...filterParameters, ...compareParameters });
  for (const dimension of ["user", "agent"] as const) {
    addRoute(
      app,
      {
        method: "get",
        path: `/api/v1/${dimension}s/{id}`,
        tag,
        summary: `One ${dimension}: totals, splits, days and newest calls`,
        params: z.object({ id: z.string() }),
        query,
        answer: entityAnswer,
      },
      (request) => entity(ledger, { dimension, value: request.params["id"] ?? "" }, request.query),
    );
  }
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/tags/{key}/{value}",
      tag,
      summary: "One value of a tag, for instance a story: totals, splits, days and newest calls",
      params: z.object({ key: z.string(), value: z.string() }),
      query,
      answer: entityAnswer,
    },
    ({ params, query: asked }) => {
      const dimension: Dimension = `tag:${params["key"] ?? ""}`;
      return entity(ledger, { dimension, value: params["value"] ?? "" }, asked);
    },
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/values",
      tag,
      summary: "Known values of a dimension, most recently used first",
      query: z.object({
        dimension: text("A dimension, or tag:<key>"),
        contains: text("Part of the value"),
        limit: text("Most values in the answer"),
      }),
      answer: z.strictObject({ values: z.array(z.string()) }),
    },
    (request) => listValues(ledger, request.query),
  );
}

function addSessionRoutes(app: App, ledger: Ledger): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/sessions",
      tag,
      summary: "Sessions whose last call lies in the period",
      query: z.object({
        ...periodParameters,
        order: text("recent, cost, tokens or calls; default recent"),
        user: text("Only of this user"),
        agent: text("Only of this agent"),
        project: text("Only of this project"),
        model: text("Only those that used this model"),
        minCost: text("US dollars"),
        maxCost: text("US dollars"),
        ...pageParameters,
      }),
      answer: sessionsAnswer,
    },
    ({ query }) => listSessions(ledger, query),
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/sessions/{id}",
      tag,
      summary: "One session with its calls",
      params: z.object({ id: z.string() }),
      query: z.object({ tz: periodParameters.tz }),
      answer: sessionDetail,
    },
    ({ params, query }) => getSession(ledger, params["id"] ?? "", query),
  );
}
