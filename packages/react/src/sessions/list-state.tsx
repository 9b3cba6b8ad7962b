import { useState } from "react";
import type { Answer } from "./use-answer.ts";

/** What stands below a list, or in its place: still loading, nothing there, no answer. */
export function ListState({
  answer,
  isEmpty,
  whenEmpty,
}: {
  answer: Pick<Answer<unknown>, "data" | "isWaiting" | "problem" | "reload">;
  isEmpty: boolean;
  whenEmpty: string;
}) {
  if (answer.problem !== null) {
    return (
      <div className="say problem" role="alert">
        {answer.problem.message}
        <br />
        <button type="button" className="tool" onClick={answer.reload}>
          Try again
        </button>
      </div>
    );
  }
  if (answer.data === null) return <Bones />;
  return isEmpty && !answer.isWaiting ? <p className="say">{whenEmpty}</p> : null;
}

/** The shape of what is to come. */
function Bones() {
  return (
    <output>
      <span className="unseen">Loading</span>
      {["a", "b", "c", "d", "e"].map((key) => (
        <div key={key} className="row" aria-hidden="true">
          <span className="what" style={{ flex: 1 }}>
            <span className="bone" />
            <span className="bone short" />
          </span>
          <span className="bone short" />
        </div>
      ))}
    </output>
  );
}

/** Asks for the next page; says when that failed, and then asks again. */
export function MoreButton({ label, load }: { label: string; load: () => Promise<void> }) {
  const [state, setState] = useState<"idle" | "loading" | "failed">("idle");
  const press = () => {
    setState("loading");
    load().catch(() => setState("failed"));
  };
  return (
    <button type="button" className="more-button" disabled={state === "loading"} onClick={press}>
      {state === "loading" ? "Loading…" : state === "failed" ? "The server did not answer. Try again" : label}
    </button>
  );
}
