import { useQuery, useQueryClient } from "@tanstack/react-query";
import { PEOPLE, invitationsQuestion, teamsQuestion, withdrawInvitation } from "../../api/people.ts";
import type { Invitation } from "../../api/people.ts";
import { Card } from "../../ui/card.tsx";
import { Problem, smallButton } from "../../ui/form.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { roleName } from "./role-words.ts";
import { useDeed } from "../../ui/use-deed.ts";
import { When } from "../../ui/when.tsx";

/** Invitations that nobody has accepted yet; nothing where there are none. */
export function Invitations() {
  const { data, error } = useQuery(invitationsQuestion);
  if (error === null && (data === undefined || data.invitations.length === 0)) return null;
  return (
    <Card id="invitations" title="Open invitations">
      {error === null ? null : <ProblemNote error={error} />}
      <ul className="divide-y divide-line px-4 pb-2 sm:px-5">
        {data?.invitations.map((invitation) => (
          <InvitationRow key={invitation.id} invitation={invitation} />
        ))}
      </ul>
    </Card>
  );
}

function InvitationRow({ invitation: { id, email, role, user, teams, expiresAt } }: { invitation: Invitation }) {
  const queries = useQueryClient();
  const known = useQuery(teamsQuestion).data?.teams ?? [];
  const { problem, isBusy, act } = useDeed();
  const names = teams.map((team) => known.find((one) => one.id === team)?.name ?? team);
  const facts = [roleName(role), ...(user === null ? [] : [`user ${user}`]), ...names];
  return (
    <li className="flex items-center gap-4 py-3">
      <div className="min-w-0 grow">
        <p className="font-medium wrap-anywhere">{email ?? "Whoever has the link"}</p>
        <p className="text-[0.8125rem] wrap-anywhere text-muted">
          {facts.join(", ")}; good until <When at={expiresAt} />
        </p>
        {problem === null ? null : <Problem>{problem}</Problem>}
      </div>
      <button
        type="button"
        aria-disabled={isBusy}
        onClick={() =>
          act(async () => {
            await withdrawInvitation(id);
            await queries.invalidateQueries({ queryKey: [PEOPLE] });
          })
        }
        className={smallButton}
      >
        Take back<span className="sr-only"> the invitation of {email ?? "whoever has the link"}</span>
      </button>
    </li>
  );
}
