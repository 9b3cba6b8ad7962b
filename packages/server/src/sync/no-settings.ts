import { z } from "zod";

/** Of providers that need nothing but a key. */
export const noSettings = z.strictObject({}) as unknown as z.ZodType<Record<string, string>>;

/** An id or name that goes into an address. */
export const pathPart = z
  .string()
  .regex(/^[\w.@-]{1,128}$/, "expected a name of letters, digits, dots, dashes and underscores");
