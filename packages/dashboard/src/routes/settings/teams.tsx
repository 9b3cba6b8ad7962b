import { exactCount } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { teamsQuestion } from "../../api/people.ts";
import type { Team } from "../../api/people.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";

/** Who belongs together; who leads a team sees what its members do. `onOpen` gets an id, or `new`. */
export function Teams({ onOpen }: { onOpen: (team: string) => void }) {
  const { data, error } = useQuery(teamsQuestion);
  return (
    <Card
      id="teams"
      title="Teams"
      actions={
        <button type="button" onClick={() => onOpen("new")} className={smallButton}>
          <Icon name="plus" />
          New team
        </button>
      }
    >
      {error === null ? null : <ProblemNote error={error} />}
      {data?.teams.length === 0 ? (
        <EmptyState title="No teams yet">Who leads a team sees the calls of its members besides their own.</EmptyState>
      ) : (
        <DataTable
          caption="Teams"
          columns={COLUMNS}
          rows={data?.teams ?? []}
          rowKey={({ id }) => id}
          onOpen={({ id }) => onOpen(id)}
          openLabel={({ name }) => `Team ${name}`}
        />
      )}
    </Card>
  );
}

const namesOf = ({ members }: Team, leads: boolean) =>
  members.flatMap(({ name, lead }) => (lead || !leads ? [name] : [])).join(", ");

const COLUMNS: readonly Column<Team>[] = [
  { key: "name", label: "Name", width: "w-[32%]", cell: ({ name }) => name, title: ({ name }) => name },
  {
    key: "leads",
    label: "Led by",
    width: "w-[40%]",
    cell: (team) => namesOf(team, true) || <span className="text-muted">nobody</span>,
    title: (team) => namesOf(team, true),
  },
  {
    key: "members",
    label: "Members",
    align: "right",
    cell: ({ members }) => exactCount(members.length),
    title: (team) => namesOf(team, false),
  },
];
