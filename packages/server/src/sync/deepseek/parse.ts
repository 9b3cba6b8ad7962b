import { z } from "zod";
import { currency } from "../money-of.ts";

const amount = z.string().regex(/^-?\d+(\.\d+)?$/);

/** `user/balance`: decimal strings, one entry for each currency. */
export const balanceAnswer = z.object({
  is_available: z.boolean(),
  balance_infos: z
    .array(z.object({ currency, total_balance: amount, granted_balance: amount, topped_up_balance: amount }))
    .min(1),
});
