import { useQuery, useQueryClient } from "@tanstack/react-query";
import { accountQuestion } from "../../api/account.ts";
import { PEOPLE, createPerson, makePasswordLink } from "../../api/people.ts";
import { SelectField } from "../../ui/form-fields.tsx";
import { Field, Form } from "../../ui/form.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import type { MadeLink } from "./people.tsx";
import { ROLES } from "./role-words.ts";

/** Makes an account for somebody. Without a password they get a link to choose one. */
export function NewPersonSheet({ onMade, onClose }: { onMade: (made: MadeLink) => void; onClose: () => void }) {
  const queries = useQueryClient();
  const { data: account } = useQuery(accountQuestion);
  const save = async ({ name = "", email = "", role, user = "", password = "" }: Record<string, string>) => {
    const person = await createPerson({
      name,
      email,
      role,
      ...(user.trim() === "" ? {} : { user }),
      ...(password === "" ? {} : { password }),
    });
    await queries.invalidateQueries({ queryKey: [PEOPLE] });
    if (password !== "") return onClose();
    const { link, expiresAt } = await makePasswordLink(person.id);
    onMade({ title: `The link with which ${person.name} chooses a password`, link, expiresAt });
  };
  return (
    <Sheet title="New account" onClose={onClose}>
      <Form action="Make the account" onSubmit={save}>
        <Field label="Name" name="name" autoComplete="off" required maxLength={128} data-autofocus />
        <Field label="E-mail" name="email" type="email" autoComplete="off" required />
        <SelectField label="Role" name="role" options={ROLES} defaultValue="member" />
        <Field
          label="User"
          name="user"
          autoComplete="off"
          maxLength={256}
          hint="Calls of this user are theirs. Empty: the e-mail address."
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={account?.signIn.passwordCharacters}
          hint="Empty: you get a link with which they choose their own."
        />
      </Form>
    </Sheet>
  );
}
