import { withoutUndefined } from "@outlay/core";
import { z } from "zod";
import { actorOf } from "../authorize.ts";
import { limitAnswer, limitAnswerSchema } from "../limit-answers.ts";
import { addRoute, parseAs } from "../route.ts";
import type { App } from "../route.ts";
import { LIMITS_TAG as tag, type LimitParts } from "./limits.ts";

const path = "/api/v1/limits";

const personalBody = z.strictObject({
  dailyLimit: z.number().min(0).nullable().optional(),
  weeklyLimit: z.number().min(0).nullable().optional(),
  monthlyLimit: z.number().min(0).nullable().optional(),
  sessionLimit: z.number().min(0).nullable().optional(),
  emailAlerts: z.boolean().optional(),
});
const personalAnswer = z.strictObject({
  dailyLimit: z.number().nullable(),
  weeklyLimit: z.number().nullable(),
  monthlyLimit: z.number().nullable(),
  sessionLimit: z.number().nullable(),
  emailAlerts: z.boolean(),
  made: z.boolean().meta({ description: "False: these are proposals, and nothing is refused" }),
  limits: z.array(limitAnswerSchema),
});

/** LIM-3: what each person may spend. */
export function addPersonalLimitRoutes(app: App, { personal }: LimitParts): void {
  const answer = async () => ({ ...(await personal.read()), limits: (await personal.limits()).map(limitAnswer) });
  addRoute(
    app,
    {
      method: "get",
      path: `${path}/personal`,
      access: "read",
      tag,
      summary: "What each user may spend a day, a week, a month and a session",
      answer: personalAnswer,
    },
    answer,
  );
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/personal`,
      access: "admin",
      tag,
      summary: "Make limits for each user, or change them",
      description:
        "Dollars; null takes one away. Without a body's fields: 1 a day, 5 a week, 20 a month, 0.50 a session.",
      body: { schema: personalBody, example: { dailyLimit: 2, sessionLimit: null } },
      answer: personalAnswer,
    },
    async ({ c, body }) => {
      await personal.change(withoutUndefined(parseAs(personalBody, await body(), "invalid_body")), actorOf(c));
      return answer();
    },
  );
}
