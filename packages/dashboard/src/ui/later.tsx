import { startTransition, useEffect, useState } from "react";
import type { ReactNode } from "react";
import { whenIdle } from "./when-idle.ts";

/**
 * What lies below the first screen: drawn once the browser has nothing else to do, part by part, so that the first screen
 * answers at once on a phone too. Its room is kept, as a class says: what lies below stays in its place.
 */
export function Later({ room, children }: { room: string; children: ReactNode }) {
  const [isTime, setIsTime] = useState(false);
  useEffect(() => whenIdle(() => startTransition(() => setIsTime(true))), []);
  // What is on its way counts as such, for assistive technology and tests.
  return isTime ? children : <div aria-busy="true" className={`rounded-xl border border-line bg-surface ${room}`} />;
}
