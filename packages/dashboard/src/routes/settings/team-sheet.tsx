import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { PEOPLE, changeTeam, createTeam, peopleQuestion, removeTeam, teamsQuestion } from "../../api/people.ts";
import type { Team, TeamMember } from "../../api/people.ts";
import { ConfirmSheet } from "../../ui/confirm-sheet.tsx";
import { FieldGroup } from "../../ui/form-fields.tsx";
import { Field, Form, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Select } from "../../ui/select.tsx";
import { Sheet, iconButton } from "../../ui/sheet.tsx";

/** Makes a team (`new`), or changes one. */
export function TeamSheet({ id, onClose }: { id: string; onClose: () => void }) {
  const queries = useQueryClient();
  const { data, error } = useQuery(teamsQuestion);
  const [isRemoving, setIsRemoving] = useState(false);
  const before = data?.teams.find((team) => team.id === id);
  return (
    <Sheet title={id === "new" ? "New team" : (before?.name ?? "Team")} onClose={onClose}>
      {error === null ? null : <ProblemNote error={error} />}
      {data !== undefined && id !== "new" && before === undefined ? (
        <p className="text-muted">This team is not there any more.</p>
      ) : null}
      {id === "new" || before !== undefined ? <TeamForm before={before ?? null} onDone={onClose} /> : null}
      {before === undefined ? null : (
        <div className="border-t border-line pt-4">
          <button type="button" onClick={() => setIsRemoving(true)} className={smallButton}>
            <Icon name="trash" />
            Remove
          </button>
        </div>
      )}
      {isRemoving && before !== undefined ? (
        <ConfirmSheet
          title={`Remove ${before.name}`}
          action="Remove the team"
          onConfirm={async () => {
            await removeTeam(before.id);
            onClose();
            await queries.invalidateQueries({ queryKey: [PEOPLE] });
          }}
          onClose={() => setIsRemoving(false)}
        >
          Its people stay. Who led it no longer sees their calls.
        </ConfirmSheet>
      ) : null}
    </Sheet>
  );
}

function TeamForm({ before, onDone }: { before: Team | null; onDone: () => void }) {
  const queries = useQueryClient();
  const [members, setMembers] = useState<readonly TeamMember[]>(
    () => before?.members.map(({ person, lead }) => ({ person, lead })) ?? [],
  );
  const save = async ({ name = "" }: Record<string, string>) => {
    const team = { name, members: [...members] };
    await (before === null ? createTeam(team) : changeTeam(before.id, team));
    await queries.invalidateQueries({ queryKey: [PEOPLE] });
    onDone();
  };
  return (
    <Form action={before === null ? "Make the team" : "Save the changes"} onSubmit={save}>
      <Field
        label="Name"
        name="name"
        autoComplete="off"
        required
        maxLength={128}
        data-autofocus
        defaultValue={before?.name}
      />
      <FieldGroup legend="Members">
        <Members members={members} onChange={setMembers} />
      </FieldGroup>
    </Form>
  );
}

function Members({
  members,
  onChange,
}: {
  members: readonly TeamMember[];
  onChange: (members: readonly TeamMember[]) => void;
}) {
  const people = useQuery(peopleQuestion).data?.people ?? [];
  const nameOf = (id: string) => people.find((person) => person.id === id)?.name ?? id;
  const others = people.filter(({ id }) => members.every(({ person }) => person !== id));
  return (
    <>
      {members.length === 0 ? <p className="text-[0.8125rem] text-muted">Nobody yet.</p> : null}
      <ul className="flex flex-col gap-2">
        {members.map(({ person, lead }) => (
          <li key={person} className="flex items-center gap-2">
            <span className="min-w-0 grow truncate" title={nameOf(person)}>
              {nameOf(person)}
            </span>
            <Select
              label={`${nameOf(person)} is a`}
              options={[
                { value: "member", label: "Member" },
                { value: "lead", label: "Lead" },
              ]}
              value={lead ? "lead" : "member"}
              onChange={(role) =>
                onChange(members.map((one) => (one.person === person ? { person, lead: role === "lead" } : one)))
              }
            />
            <button
              type="button"
              onClick={() => onChange(members.filter((one) => one.person !== person))}
              className={iconButton}
            >
              <Icon name="close" />
              <span className="sr-only">Take {nameOf(person)} out</span>
            </button>
          </li>
        ))}
      </ul>
      {others.length === 0 ? null : (
        <Select
          label="Add somebody"
          options={[
            { value: "", label: "Add somebody…" },
            ...others.map(({ id, name, email }) => ({ value: id, label: `${name}, ${email}` })),
          ]}
          value=""
          onChange={(person) => {
            if (person !== "") onChange([...members, { person, lead: false }]);
          }}
        />
      )}
    </>
  );
}
