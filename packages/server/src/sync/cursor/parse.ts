import { addFractions } from "@outlay/core";
import { z } from "zod";
import { cents, count, name } from "../money-of.ts";
import type { FoundRow } from "../reported-row.ts";
import { dayStart } from "../utc-day.ts";

const milliseconds = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]);

/** `filtered-usage-events`: calls one by one, money in cents. Token counts do not overlap there. */
export const eventsPage = z.object({
  pagination: z.object({ hasNextPage: z.boolean() }),
  usageEvents: z.array(
    z
      .object({
        timestamp: milliseconds,
        userEmail: name,
        model: name,
        kind: name,
        tokenUsage: z
          .object({
            inputTokens: count,
            outputTokens: count,
            cacheWriteTokens: count,
            cacheReadTokens: count,
            totalCents: cents.nullish(),
          })
          .nullish(),
        chargedCents: cents.nullish(),
        cursorTokenFee: cents.nullish(),
      })
      .transform((event): { dayMs: number; row: FoundRow } => {
        const { tokenUsage: tokens, chargedCents: charged, cursorTokenFee: fee } = event;
        const listed = tokens?.totalCents ?? undefined;
        const [read, written] = [tokens?.cacheReadTokens ?? 0, tokens?.cacheWriteTokens ?? 0];
        return {
          dayMs: dayStart(event.timestamp),
          row: {
            provider: "cursor",
            model: event.model,
            user: event.userEmail,
            item: event.kind,
            requests: 1,
            cost: charged ?? undefined,
            listCost: listed === undefined || fee == null ? listed : addFractions(listed, fee),
            ...(tokens == null
              ? {}
              : {
                  usage: {
                    inputTokens: (tokens.inputTokens ?? 0) + read + written,
                    outputTokens: tokens.outputTokens ?? 0,
                    ...(read === 0 ? {} : { cacheReadTokens: read }),
                    ...(written === 0 ? {} : { cacheWriteTokens: written }),
                  },
                }),
          },
        };
      }),
  ),
});

export const spendPage = z.object({
  teamMemberSpend: z.array(z.object({ spendCents: cents.nullish() })),
  subscriptionCycleStart: milliseconds.nullish(),
  totalPages: z.number().int().nullish(),
});
