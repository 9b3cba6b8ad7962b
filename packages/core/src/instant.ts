const ISO_INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:(Z)|([+-])(\d\d):?(\d\d)?)$/i;

/** An ISO 8601 instant with its zone, in milliseconds; what is finer is cut off. null when it is not one. */
export function parseInstant(text: string): number | null {
  const parts = ISO_INSTANT.exec(text);
  if (parts === null) return null;
  const month = Number(parts[2]) - 1;
  const day = Number(parts[3]);
  const hour = Number(parts[4]);
  const minute = Number(parts[5]);
  const second = parts[6] === undefined ? 0 : Number(parts[6]);
  const milliseconds = parts[7] === undefined ? 0 : Math.floor(Number(`0.${parts[7]}`) * 1_000 + 1e-6);
  if (hour > 23 || minute > 59 || second > 59 || month > 11 || day < 1) return null;
  // Written out because Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const midnight = new Date(0).setUTCFullYear(Number(parts[1]), month, day);
  if (new Date(midnight).getUTCDate() !== day) return null;
  const local = midnight + ((hour * 60 + minute) * 60 + second) * 1_000 + milliseconds;
  if (parts[8] !== undefined) return local;
  const offsetMs = (Number(parts[10]) * 60 + Number(parts[11] ?? 0)) * 60_000;
  return parts[9] === "-" ? local + offsetMs : local - offsetMs;
}
