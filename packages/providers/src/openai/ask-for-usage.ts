import { fields, parseJson } from "../fields.ts";

/**
 * The same request with `stream_options.include_usage`. Nothing else of its text changes, unless it has other stream
 * options. Null when it cannot be added safely: no object, or numbers that would not survive being read and written.
 */
export function askForUsage(body: string): string | null {
  const request = parseJson(body);
  const isObject = typeof request === "object" && request !== null && !Array.isArray(request);
  if (!isObject || Object.keys(request).length === 0) return null;
  const options = fields(request)["stream_options"];
  if (options === undefined) return body.replace("{", '{"stream_options":{"include_usage":true},');
  if (/\d{16}/.test(body)) return null;
  return JSON.stringify({ ...request, stream_options: { ...fields(options), include_usage: true } });
}

/** The chunk that comes only when usage was asked for: no choices, but usage. */
export function isUsageOnly(data: string): boolean {
  return /"choices"\s*:\s*\[\s*\]/.test(data) && /"usage"\s*:\s*\{/.test(data);
}
