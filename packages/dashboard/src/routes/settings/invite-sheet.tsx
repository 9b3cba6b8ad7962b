import { useQuery, useQueryClient } from "@tanstack/react-query";
import { PEOPLE, invite, teamsQuestion } from "../../api/people.ts";
import { CheckField, FieldGroup, SelectField } from "../../ui/form-fields.tsx";
import { Field, Form } from "../../ui/form.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import type { MadeLink } from "./people.tsx";
import { ROLES } from "./role-words.ts";

/** Makes a link with which somebody makes their own account. */
export function InviteSheet({ onMade, onClose }: { onMade: (made: MadeLink) => void; onClose: () => void }) {
  const queries = useQueryClient();
  const teams = useQuery(teamsQuestion).data?.teams ?? [];
  const send = async (values: Record<string, string>) => {
    const textOf = (name: string) => (values[name] ?? "").trim() || null;
    const email = textOf("email");
    const { link, invitation } = await invite({
      email,
      role: values["role"],
      user: textOf("user"),
      teams: teams.flatMap(({ id }) => (values[`team-${id}`] === "on" ? [id] : [])),
    });
    await queries.invalidateQueries({ queryKey: [PEOPLE] });
    onMade({
      title: email === null ? "The link of the invitation" : `The invitation for ${email}`,
      link,
      expiresAt: invitation.expiresAt,
    });
  };
  return (
    <Sheet title="Invite somebody" onClose={onClose}>
      <Form action="Make the link" onSubmit={send}>
        <p className="-mt-2 text-muted">You get a link to send to them. It is good for seven days, once.</p>
        <Field
          label="E-mail"
          name="email"
          type="email"
          autoComplete="off"
          data-autofocus
          hint="Empty: they say their own."
        />
        <SelectField label="Role" name="role" options={ROLES} defaultValue="member" />
        <Field
          label="User"
          name="user"
          autoComplete="off"
          maxLength={256}
          hint="Calls of this user are theirs. Empty: their e-mail address."
        />
        {teams.length === 0 ? null : (
          <FieldGroup legend="Teams">
            {teams.map(({ id, name }) => (
              <CheckField key={id} label={name} name={`team-${id}`} />
            ))}
          </FieldGroup>
        )}
      </Form>
    </Sheet>
  );
}
