import { z } from "zod";
import { CLEAN_TEXT } from "./clean-text.ts";

/** What people call something: one line, without spaces around it, of 1 to `maxLength` characters. */
export function lineSchema(maxLength: number): z.ZodString {
  return z.string().trim().min(1).max(maxLength).regex(CLEAN_TEXT, "expected text without control characters");
}
