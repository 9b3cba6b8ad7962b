import type { Dimension } from "@outlay/core";
import { z } from "zod";
import { entity } from "../../ledger/entity.ts";
import { getSession, listSessions } from "../../ledger/list-sessions.ts";
import { listValues } from "../../ledger/list-values.ts";
import { entityAnswer, sessionDetail, sessionsAnswer } from "../answers.ts";
import { ledgerOf } from "../authorize.ts";
import { compareParameters, filterParameters, pageParameters, periodParameters } from "../parameters.ts";
import { addRoute } from "../route.ts";
import type { App } from "../route.ts";

const text = (description: string) => z.string().optional().meta({ description });
const tag = "Lists";

/** Sessions, users, agents, tag values, and the values of any dimension. */
export function addEntityRoutes(app: App): void {
  addSessionRoutes(app);
  const query = z.object({ ...periodParameters, ...filterParameters, ...compareParameters });
  for (const dimension of ["user", "agent"] as const) {
    addRoute(
      app,
      {
        method: "get",
        path: `/api/v1/${dimension}s/{id}`,
        access: "read",
        tag,
        summary: `One ${dimension}: totals, splits, days and newest calls`,
        params: z.object({ id: z.string() }),
        query,
        answer: entityAnswer,
      },
      (request) => entity(ledgerOf(request.c), { dimension, value: request.params["id"] ?? "" }, request.query),
    );
  }
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/tags/{key}/{value}",
      access: "read",
      tag,
      summary: "One value of a tag, for instance a story: totals, splits, days and newest calls",
      params: z.object({ key: z.string(), value: z.string() }),
      query,
      answer: entityAnswer,
    },
    ({ c, params, query: asked }) => {
      const dimension: Dimension = `tag:${params["key"] ?? ""}`;
      return entity(ledgerOf(c), { dimension, value: params["value"] ?? "" }, asked);
    },
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/values",
      access: "read",
      tag,
      summary: "Known values of a dimension, most recently used first",
      query: z.object({
        dimension: text("A dimension, or tag:<key>"),
        contains: text("Part of the value"),
        limit: text("Most values in the answer"),
      }),
      answer: z.strictObject({ values: z.array(z.string()) }),
    },
    (request) => listValues(ledgerOf(request.c), request.query),
  );
}

function addSessionRoutes(app: App): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/sessions",
      access: "read",
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
    ({ c, query }) => listSessions(ledgerOf(c), query),
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/sessions/{id}",
      access: "read",
      tag,
      summary: "One session with its calls",
      params: z.object({ id: z.string() }),
      query: z.object({ tz: periodParameters.tz }),
      answer: sessionDetail,
    },
    ({ c, params, query }) => getSession(ledgerOf(c), params["id"] ?? "", query),
  );
}
