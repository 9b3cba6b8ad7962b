import { STATUS_CODES } from "node:http";
import { InvalidInput, ProviderFailed } from "@outlay/core";
import { z } from "zod";

/** Media type of every answer that is not a success (RFC 9457). */
export const PROBLEM_TYPE = "application/problem+json";

/** What a client gets instead of an answer. `code` is stable and listed in docs/errors.md. */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: "Address of the code's documentation" }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string(),
    field: z.string().optional().meta({ description: "Path of the offending value, such as usage.inputTokens" }),
    requestId: z.string().optional(),
  })
  .meta({ id: "Problem", description: "RFC 9457 problem document" });

export type Problem = z.infer<typeof problemSchema>;

/**
 * Translates anything thrown into a problem document, once for all doors of HTTP. What the caller can mend
 * says so; a bug only gives the id under which the log has it.
 */
export function problemOf(error: unknown, requestId: string): Problem {
  if (error instanceof InvalidInput) {
    return problem(error.code, error.status, error.message, {
      requestId,
      ...(error.field === undefined ? {} : { field: error.field }),
    });
  }
  if (error instanceof ProviderFailed) return problem(error.code, 502, error.message, { requestId });
  if ((error as NodeJS.ErrnoException).code === "ENOSPC") return problem("disk_full", 507, DISK_FULL, { requestId });
  return problem("internal_error", 500, `Something went wrong inside Outlay; the log has it under ${requestId}`, {
    requestId,
  });
}

const DISK_FULL =
  "The disk of the data folder is full. What was recorded before stays; make room there and send this again, nothing counts twice";

/** A problem document as the body of a response. `extra` members stand beside the standard ones. */
export function problemResponse(body: Problem, extra: Record<string, unknown> = {}): Response {
  return new Response(JSON.stringify({ ...body, ...extra }), {
    status: body.status,
    headers: { "content-type": PROBLEM_TYPE },
  });
}

function problem(
  code: string,
  status: number,
  detail: string,
  more: { field?: string; requestId?: string } = {},
): Problem {
  return {
    type: `https://outlay.dev/errors#${code}`,
    title: titleOf(code) || (STATUS_CODES[status] ?? "Error"),
    status,
    detail,
    code,
    ...more,
  };
}

/** usage_part_exceeds_whole → "Usage part exceeds whole". */
function titleOf(code: string): string {
  const words = code.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
