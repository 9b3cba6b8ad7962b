import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { replayLimit } from "../../api/limits.ts";
import type { Limit } from "../../api/limits.ts";
import { ReplayResult } from "../../limits/replay-result.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Sheet } from "../../ui/sheet.tsx";

/** What a limit would have done to the last days, as it is now. */
export function ReplaySheet({ limit, onClose }: { limit: Limit; onClose: () => void }) {
  const [days, setDays] = useState<"7" | "30" | "90">("30");
  const { data, error, isPending } = useQuery({
    queryKey: ["replay", limit.id, limit.updatedAt, days],
    queryFn: () => replayLimit({ limitId: limit.id }, Number(days)),
    staleTime: 60_000,
  });
  return (
    <Sheet form="wide" title={`What ${limit.name} would have done`} onClose={onClose}>
      <Segmented
        label="How many days"
        className="self-start"
        options={[
          { value: "7", label: "7 days" },
          { value: "30", label: "30 days" },
          { value: "90", label: "90 days" },
        ]}
        value={days}
        onChange={setDays}
      />
      {isPending ? <p className="text-muted">Running the calls through it…</p> : null}
      {error === null ? null : <ProblemNote error={error} />}
      {data === undefined ? null : <ReplayResult replay={data} />}
    </Sheet>
  );
}
