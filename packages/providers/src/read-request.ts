import { count, fields, text, type Fields } from "./fields.ts";
import { JsonText } from "./json-text.ts";
import { blankRequest, type RequestFacts, type SentRequest } from "./provider.ts";

const decoder = new TextDecoder();
/** How much of each end of a form is looked at: its fields stand beside the file. */
const FORM_END_BYTES = 65_536;
const MAX_TAGS = 32;
/** Bodies up to here are parsed, at a hundred megabytes a second; of longer ones the long texts are passed over. */
const MAX_PARSED_CHARACTERS = 4_194_304;

/** The fields of a request's body: JSON of any size without its long texts, or those of a form. Empty when it is neither. */
export function requestFields(request: SentRequest): Fields {
  if (request.contentType?.includes("multipart/form-data") === true) return formFields(request.body);
  let body: Fields = {};
  const json = new JsonText(
    (value) => (body = fields(value)),
    () => {},
    MAX_PARSED_CHARACTERS,
  );
  json.push(decoder.decode(request.body));
  json.end();
  return body;
}

/** Facts that stand in every dialect in the same place. */
export function commonFacts(body: Fields): RequestFacts {
  const metadata = fields(body["metadata"]);
  return {
    ...blankRequest(),
    model: text(body["model"]),
    streaming: body["stream"] === true || body["stream"] === "true",
    user: text(body["safety_identifier"]) ?? text(body["user"]) ?? text(metadata["user_id"]),
    session: text(body["session_id"]) ?? text(metadata["session_id"]),
    tags: textTags(metadata),
    serviceTier: text(body["service_tier"]),
    choices: choicesOf(body["n"], body["best_of"]),
  };
}

/** The largest of the numbers of answers that a request asks for; forms have them as text. */
export function choicesOf(...asked: unknown[]): number {
  return Math.max(1, ...asked.map((value) => count(typeof value === "string" ? Number(value) : value) ?? 1));
}

/** The pairs of an object that are text and no ids of users or sessions. */
export function textTags(pairs: Fields): Record<string, string> {
  const keys = Object.keys(pairs);
  if (keys.length === 0) return {};
  const found = keys.flatMap((key): [string, string][] => {
    const known = text(pairs[key]);
    return known === null || key === "user_id" || key === "session_id" ? [] : [[key, known]];
  });
  return Object.fromEntries(found.slice(0, MAX_TAGS));
}

/** Short fields of `multipart/form-data`. Bytes that are no text become marks: the file between them may be anything. */
function formFields(body: Uint8Array): Fields {
  const start = body.subarray(0, FORM_END_BYTES);
  const end = body.subarray(Math.max(FORM_END_BYTES, body.length - FORM_END_BYTES));
  const form = `${decoder.decode(start)}\r\n${decoder.decode(end)}`;
  const field = /name="([\w[\]]{1,64})"\r\n(?:[\w-]+:[^\r\n]*\r\n)*\r\n([^\r\n]{0,512})\r\n--/g;
  return Object.fromEntries([...form.matchAll(field)].map((match) => [match[1]!, match[2]!]));
}
