import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { accountQuestion } from "../../api/account.ts";
import { PEOPLE, changePerson, makePasswordLink, removePerson, signOutPerson } from "../../api/people.ts";
import type { ListedPerson } from "../../api/people.ts";
import { useViewer } from "../../api/use-viewer.ts";
import { ConfirmSheet } from "../../ui/confirm-sheet.tsx";
import { CheckField, SelectField } from "../../ui/form-fields.tsx";
import { Field, Form, Problem, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { Facts } from "../../ui/facts.tsx";
import type { MadeLink } from "./people.tsx";
import { ROLES } from "./role-words.ts";
import { useDeed } from "../../ui/use-deed.ts";
import { When } from "../../ui/when.tsx";

/** One account: what it is, and what can be done to it. */
export function PersonDrawer({
  of: person,
  onMade,
  onClose,
}: {
  /** Null: it is not there any more. */
  of: ListedPerson | null;
  onMade: (made: MadeLink) => void;
  onClose: () => void;
}) {
  if (person === null) {
    return (
      <Sheet form="drawer" title="Account" onClose={onClose}>
        <p className="text-muted">This account is not there any more.</p>
      </Sheet>
    );
  }
  return (
    <Sheet form="drawer" title={person.name} onClose={onClose}>
      <Facts
        facts={[
          { label: "Last sign-in", value: <When at={person.lastSignInAt} /> },
          { label: "Account made", value: <When at={person.createdAt} /> },
        ]}
      />
      <PersonForm person={person} onDone={onClose} />
      <Deeds person={person} onMade={onMade} onClose={onClose} />
    </Sheet>
  );
}

function PersonForm({ person, onDone }: { person: ListedPerson; onDone: () => void }) {
  const queries = useQueryClient();
  const save = async ({ name = "", email = "", role, user = "", disabled }: Record<string, string>) => {
    await changePerson(person.id, { name, email, role, user, disabled: disabled === "on" });
    await Promise.all([
      queries.invalidateQueries({ queryKey: [PEOPLE] }),
      // It may be one's own.
      queries.invalidateQueries({ queryKey: accountQuestion.queryKey }),
    ]);
    onDone();
  };
  return (
    <Form action="Save the changes" onSubmit={save}>
      <Field label="Name" name="name" autoComplete="off" required maxLength={128} defaultValue={person.name} />
      <Field label="E-mail" name="email" type="email" autoComplete="off" required defaultValue={person.email} />
      <SelectField label="Role" name="role" options={ROLES} defaultValue={person.role} />
      <Field
        label="User"
        name="user"
        autoComplete="off"
        required
        maxLength={256}
        defaultValue={person.user}
        hint="Calls of this user are theirs."
      />
      <CheckField
        label="Disabled"
        name="disabled"
        defaultChecked={person.disabled}
        hint="They are signed out at once and cannot sign in. Their calls stay."
      />
    </Form>
  );
}

function Deeds({
  person: { id, name, user },
  onMade,
  onClose,
}: {
  person: ListedPerson;
  onMade: (made: MadeLink) => void;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const isOneself = useViewer()?.person?.id === id;
  const { problem, isBusy, act } = useDeed();
  const [told, setTold] = useState<string | null>(null);
  const [isRemoving, setIsRemoving] = useState(false);
  const makeLink = async () => {
    const { link, expiresAt } = await makePasswordLink(id);
    onMade({ title: `The link with which ${name} chooses a new password`, link, expiresAt });
  };
  const signOut = async () => {
    await signOutPerson(id);
    setTold("They are signed out everywhere.");
    if (isOneself) await queries.invalidateQueries({ queryKey: accountQuestion.queryKey });
  };
  return (
    <div className="flex flex-col gap-3 border-t border-line pt-5">
      <div className="flex flex-wrap gap-2">
        <button type="button" aria-disabled={isBusy} onClick={() => act(makeLink)} className={smallButton}>
          <Icon name="link" />
          Password link
        </button>
        <button type="button" aria-disabled={isBusy} onClick={() => act(signOut)} className={smallButton}>
          <Icon name="unlocked" />
          Sign out everywhere
        </button>
        <Link to="/users" search={{ of: user } as object} className={smallButton}>
          <Icon name="bars" />
          Their usage
        </Link>
        <button type="button" onClick={() => setIsRemoving(true)} className={smallButton}>
          <Icon name="trash" />
          Remove
        </button>
      </div>
      <output className={told === null ? "sr-only" : "rounded-lg bg-low-back px-3 py-2 text-[0.8125rem] text-low"}>
        {told}
      </output>
      {problem === null ? null : <Problem>{problem}</Problem>}
      {isRemoving ? (
        <ConfirmSheet
          title={`Remove ${name}`}
          action="Remove the account"
          onConfirm={async () => {
            await removePerson(id);
            onClose();
            await queries.invalidateQueries({ queryKey: [PEOPLE] });
          }}
          onClose={() => setIsRemoving(false)}
        >
          They are signed out at once and leave their teams. Their calls stay, under the user {user}.
          {isOneself ? " This is your own account." : ""}
        </ConfirmSheet>
      ) : null}
    </div>
  );
}
