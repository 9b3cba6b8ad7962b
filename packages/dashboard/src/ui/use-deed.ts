import { useState } from "react";

/** Something that a button does: what went wrong, and whether it is still on its way. */
export function useDeed(): { problem: string | null; isBusy: boolean; act: (deed: () => Promise<unknown>) => void } {
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const run = async (deed: () => Promise<unknown>) => {
    setProblem(null);
    setIsBusy(true);
    try {
      await deed();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setIsBusy(false);
    }
  };
  return { problem, isBusy, act: (deed) => void (isBusy ? undefined : run(deed)) };
}
