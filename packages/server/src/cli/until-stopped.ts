/**
 * Resolves when the process is asked to end (Ctrl-C, SIGTERM, a closed terminal). Once asked, the handlers are gone:
 * asking again ends the process at once.
 */
export function untilStopped(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const stop = () => {
    for (const signal of signals) process.off(signal, stop);
    resolve();
  };
  for (const signal of signals) process.on(signal, stop);
  return promise;
}
