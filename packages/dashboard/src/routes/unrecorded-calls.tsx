import { counted } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { healthQuestion } from "../api/questions.ts";

/** Says when calls went through the gateway that could not be recorded: every number below lacks them. */
export function UnrecordedCalls() {
  const { data } = useQuery(healthQuestion);
  if (data === undefined || data.unrecorded === 0) return null;
  return (
    <p
      role="alert"
      className="mx-auto mb-3 w-[calc(100%-2rem)] max-w-[81rem] rounded-lg border border-high px-3 py-2 text-[0.8125rem] text-ink sm:w-[calc(100%-3rem)]"
    >
      <strong className="font-semibold">{counted(data.unrecorded, "call")} could not be recorded</strong> and are
      missing from the numbers below. The calls themselves went through. The server's log says why, often that its disk
      is full.
    </p>
  );
}
