import { useEffect, useState } from "react";

/** The present, in milliseconds, to the minute: enough to know what "today" is. */
export function useNow(): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), MINUTE_MS);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}

const MINUTE_MS = 60_000;
