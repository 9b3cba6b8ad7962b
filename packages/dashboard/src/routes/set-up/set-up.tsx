import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { accountQuestion, setUp } from "../../api/account.ts";
import type { Account } from "../../api/account.ts";
import { Field, Form, mainButton, Problem } from "../../ui/form.tsx";
import { Entrance } from "../entrance.tsx";
import { leaveFor } from "../sign-in/return-to.ts";

/** The first administrator. From then on everybody has to sign in. */
export function SetUp() {
  const { data: account, error } = useQuery(accountQuestion);
  if (error !== null) {
    return (
      <Entrance title="Set up Outlay">
        <Problem>{error.message}</Problem>
      </Entrance>
    );
  }
  if (account === undefined) return <Entrance title="Set up Outlay" />;
  if (account.setUp.allowed) return <SetUpForm account={account} />;
  return (
    <Entrance title="Outlay is set up" lead="There is an administrator, who can invite you.">
      <Link to="/sign-in" className={mainButton}>
        Sign in
      </Link>
    </Entrance>
  );
}

function SetUpForm({ account: { setUp: facts, signIn } }: { account: Account }) {
  return (
    <Entrance
      title="Make the first account"
      lead="You become the administrator. From then on everybody has to sign in, on this machine too; you can invite others."
    >
      <Form
        action="Make my account"
        onSubmit={async ({ code, name = "", email = "", password = "" }) => {
          await setUp({ name, email, password, ...(code === undefined ? {} : { code }) });
          leaveFor("/");
        }}
      >
        {facts.needsCode ? (
          <Field
            label="Code"
            name="code"
            autoComplete="one-time-code"
            autoCapitalize="characters"
            spellCheck={false}
            placeholder="XXXX-XXXX-XXXX"
            required
            hint="The server has printed it in its terminal, or its log."
          />
        ) : null}
        <Field label="Name" name="name" autoComplete="name" required />
        <Field label="E-mail" name="email" type="email" autoComplete="username" required />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={signIn.passwordCharacters}
          required
          hint={`At least ${signIn.passwordCharacters} characters. A sentence is good.`}
        />
      </Form>
    </Entrance>
  );
}
