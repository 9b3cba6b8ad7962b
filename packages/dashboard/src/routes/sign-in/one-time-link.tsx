import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { acceptLink, accountQuestion, linkQuestion } from "../../api/account.ts";
import type { OneTimeLink } from "../../api/account.ts";
import { Field, Form, Problem } from "../../ui/form.tsx";
import { Entrance } from "../entrance.tsx";
import { leaveFor } from "./return-to.ts";

/** Where an invitation, or a link for a new password, leads. Its token stands behind the #. */
export function OneTimeLinkPage() {
  const [token] = useState(() => globalThis.location.hash.slice(1));
  const { data: link, error } = useQuery(linkQuestion(token));
  if (error !== null) {
    return (
      <Entrance title="This link does not work">
        <Problem>{error.message}</Problem>
      </Entrance>
    );
  }
  return link === undefined ? <Entrance title="One moment" /> : <LinkForm link={link} token={token} />;
}

function LinkForm({ link: { kind, email }, token }: { link: OneTimeLink; token: string }) {
  const { data: account } = useQuery(accountQuestion);
  const isInvitation = kind === "invitation";
  const atLeast = account?.signIn.passwordCharacters ?? 1;
  return (
    <Entrance
      title={isInvitation ? "Welcome to Outlay" : "Choose a new password"}
      lead={isInvitation ? "Say who you are, and choose a password." : "You are signed out everywhere else then."}
    >
      <Form
        action={isInvitation ? "Make my account" : "Set the password"}
        onSubmit={async ({ name, email: own, password = "" }) => {
          await acceptLink({
            token,
            password,
            ...(isInvitation && name !== undefined ? { name } : {}),
            ...(isInvitation && email === null && own !== undefined ? { email: own } : {}),
          });
          leaveFor("/");
        }}
      >
        {isInvitation ? <Field label="Name" name="name" autoComplete="name" required /> : null}
        {email === null ? (
          <Field label="E-mail" name="email" type="email" autoComplete="username" required />
        ) : (
          <Field label="E-mail" name="email" type="email" autoComplete="username" value={email} readOnly />
        )}
        <Field
          label="New password"
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={atLeast}
          required
          hint={`At least ${atLeast} characters. A sentence is good.`}
        />
      </Form>
    </Entrance>
  );
}
