const NAME_IN_ADDRESS = /^([a-z][a-z0-9+.-]*:\/\/)[^/?#@]*@/i;

/** The value with `***` for name and password in each address that has them, however deep it lies. */
export function withoutPasswords(value: unknown): unknown {
  if (typeof value === "string") return value.replace(NAME_IN_ADDRESS, "$1***@");
  if (Array.isArray(value)) return value.map(withoutPasswords);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withoutPasswords(part)]));
}
