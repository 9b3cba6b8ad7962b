import { ApiProblem } from "../api/client.ts";
import { EmptyState } from "./empty-state.tsx";
import { Problem } from "./form.tsx";

/** Why a part of the page could not be asked; who may not see it is told who may. */
export function ProblemNote({ error }: { error: Error }) {
  if (error instanceof ApiProblem && error.status === 403) {
    return (
      <EmptyState title="This is not open to you">
        {error.message} An administrator can change what your account may do.
      </EmptyState>
    );
  }
  return <Problem>{error.message}</Problem>;
}
