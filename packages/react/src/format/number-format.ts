/**
 * A format of numbers, made when it is first used: the first of a page takes a phone longer than all that a card shows, so that
 * loading this file must not make one.
 */
export function numberFormat(digits: {
  minimumFractionDigits?: number;
  maximumFractionDigits: number;
}): Intl.NumberFormat {
  const key = `${digits.minimumFractionDigits} ${digits.maximumFractionDigits}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat("en-US", digits);
  formats.set(key, format);
  return format;
}

const formats = new Map<string, Intl.NumberFormat>();
