/** Dollars with two decimals, or as many as it takes to see two digits: `$1,234.50`, `$0.0012`. */
export function dollars(usd: number): string {
  const size = Math.abs(usd);
  const decimals = size === 0 || size >= 0.1 ? 2 : Math.min(9, 1 - Math.floor(Math.log10(size)));
  const digits = size.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: decimals });
  return `${usd < 0 ? "-" : ""}$${digits}`;
}

/** 93.4 → `93 %`, 0.25 → `0.3 %` */
export function percentText(percent: number): string {
  const digits = Math.abs(percent) < 10 ? 1 : 0;
  return `${percent.toLocaleString("en-US", { maximumFractionDigits: digits })} %`;
}

/** 12345 → `12,345` */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}

/** `22 Nov 2026, 14:03` in the zone, or the day alone. */
export function timeText(atMs: number, timeZone: string, detail: "minute" | "day" = "minute"): string {
  const day = { day: "numeric", month: "short", year: "numeric" } as const;
  const minute = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return new Intl.DateTimeFormat("en-GB", { timeZone, ...day, ...(detail === "minute" ? minute : {}) }).format(atMs);
}
