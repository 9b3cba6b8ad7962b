import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { accountQuestion } from "../../api/account.ts";
import { peopleQuestion } from "../../api/people.ts";
import type { ListedPerson } from "../../api/people.ts";
import { useViewer } from "../../api/use-viewer.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { mainButton, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Invitations } from "./invitations.tsx";
import { InviteSheet } from "./invite-sheet.tsx";
import { NewPersonSheet } from "./new-person-sheet.tsx";
import { PersonDrawer } from "./person-drawer.tsx";
import { roleName } from "./role-words.ts";
import { useSettingsState } from "./settings-state.ts";
import { ShownOnce } from "./shown-once.tsx";
import { TeamSheet } from "./team-sheet.tsx";
import { Teams } from "./teams.tsx";
import { When } from "../../ui/when.tsx";

/** A link that somebody has to be sent; the server tells it once. */
export interface MadeLink {
  title: string;
  link: string;
  expiresAt: string;
}

/** Who has an account, who is invited, and who belongs to whom. */
export function People() {
  const { data: account } = useQuery(accountQuestion);
  if (account === undefined) return null;
  return account.state === "open" ? <NoAccounts /> : <Accounts />;
}

function NoAccounts() {
  return (
    <Card id="people" title="People">
      <EmptyState
        title="There are no accounts"
        action={
          <Link to="/set-up" className={mainButton}>
            Make the first account
          </Link>
        }
      >
        Whoever uses this machine sees and changes everything. With the first account that ends: everybody has to sign
        in, you as the administrator, and you can invite others.
      </EmptyState>
    </Card>
  );
}

function Accounts() {
  const { state, open, close } = useSettingsState();
  const { data, error } = useQuery(peopleQuestion);
  const ownId = useViewer()?.person?.id;
  const [made, setMade] = useState<MadeLink | null>(null);
  const people = data?.people ?? [];
  const show = (link: MadeLink) => {
    setMade(link);
    close();
  };
  return (
    <>
      {made === null ? null : (
        <ShownOnce key={made.link} title={made.title} text={made.link} onDone={() => setMade(null)}>
          <p>
            Send it yourself: nothing is sent from here, and it is not shown again. It works once, until{" "}
            <When at={made.expiresAt} />.
          </p>
        </ShownOnce>
      )}
      <Card
        id="people"
        title="People"
        actions={
          <div className="flex flex-wrap gap-2">
            <button type="button" onClick={() => open({ person: "invite" })} className={smallButton}>
              <Icon name="plus" />
              Invite
            </button>
            <button type="button" onClick={() => open({ person: "new" })} className={smallButton}>
              New account
            </button>
          </div>
        }
      >
        {error === null ? null : <ProblemNote error={error} />}
        <DataTable
          caption="Everybody with an account"
          columns={columnsFor(ownId)}
          rows={people}
          rowKey={({ id }) => id}
          onOpen={({ id }) => open({ person: id })}
          openLabel={({ name }) => `Account of ${name}`}
          isOpen={({ id }) => id === state.person}
        />
      </Card>
      <Invitations />
      <Teams onOpen={(team) => open({ team })} />
      {state.person === "invite" ? <InviteSheet onMade={show} onClose={close} /> : null}
      {state.person === "new" ? <NewPersonSheet onMade={show} onClose={close} /> : null}
      {state.person !== undefined && !["invite", "new"].includes(state.person) && data !== undefined ? (
        <PersonDrawer
          key={state.person}
          of={people.find(({ id }) => id === state.person) ?? null}
          onMade={show}
          onClose={close}
        />
      ) : null}
      {state.team === undefined ? null : <TeamSheet key={state.team} id={state.team} onClose={close} />}
    </>
  );
}

function columnsFor(ownId: string | undefined): readonly Column<ListedPerson>[] {
  return [
    {
      key: "name",
      label: "Name",
      width: "w-[52%] sm:w-[28%]",
      cell: ({ id, name }) => (id === ownId ? `${name} (you)` : name),
      title: ({ name }) => name,
    },
    {
      key: "email",
      label: "E-mail",
      from: "sm",
      width: "w-[26%]",
      cell: ({ email }) => email,
      title: ({ email }) => email,
    },
    {
      key: "role",
      label: "Role",
      cell: ({ role, disabled }) => (
        <>
          {roleName(role)}
          {disabled ? <span className="text-muted">, disabled</span> : null}
        </>
      ),
    },
    {
      key: "user",
      label: "User",
      from: "lg",
      width: "w-[20%]",
      cell: ({ user }) => user,
      title: ({ user }) => `Calls of the user ${user} are theirs`,
    },
    {
      key: "seen",
      label: "Last sign-in",
      from: "sm",
      align: "right",
      cell: ({ lastSignInAt }) => <When at={lastSignInAt} />,
    },
  ];
}
