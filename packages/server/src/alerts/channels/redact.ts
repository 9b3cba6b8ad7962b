import { plainText } from "./plain-text.ts";

const MAX_CHARACTERS = 400;
/** Shorter parts of an address are words such as `hooks` and `services`. */
const MIN_PART_CHARACTERS = 8;

/** What somebody else said, for people to read: one short line, and none of the secrets in it, however they are written. */
export function redact(text: string, secrets: readonly string[]): string {
  let safe = text;
  for (const form of secrets.flatMap(formsOf).toSorted((one, other) => other.length - one.length)) {
    safe = safe.replaceAll(form, "…");
  }
  return plainText(safe, MAX_CHARACTERS);
}

/** As it is, as it stands in headers, forms and JSON, and the parts of an address that open doors. */
function formsOf(secret: string): string[] {
  const plain = [secret, ...partsOfAddress(secret)];
  const written = plain.flatMap((form) => [
    form,
    encodeURIComponent(form),
    JSON.stringify(form).slice(1, -1),
    Buffer.from(form).toString("base64"),
    Buffer.from(form).toString("base64url"),
  ]);
  return written.filter((form) => form !== "");
}

function partsOfAddress(text: string): string[] {
  if (!URL.canParse(text)) return [];
  const { pathname, search, searchParams } = new URL(text);
  const parts = [pathname + search, pathname, ...pathname.split("/"), ...searchParams.values()];
  return parts.filter((part) => part.length >= MIN_PART_CHARACTERS);
}
