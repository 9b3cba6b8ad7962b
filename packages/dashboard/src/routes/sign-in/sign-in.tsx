import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { accountQuestion, beginProviderSignIn, signIn } from "../../api/account.ts";
import type { Account } from "../../api/account.ts";
import { Field, Form, mainButton, otherButton, Problem } from "../../ui/form.tsx";
import { Entrance } from "../entrance.tsx";
import { leaveFor, pathToReturnTo } from "./return-to.ts";

/** E-mail and password, or the provider; for those who are in already, the way on. */
export function SignIn() {
  const { returnTo, problem } = useSearch({ strict: false }) as { returnTo?: unknown; problem?: unknown };
  const target = pathToReturnTo(returnTo);
  const { data: account, error } = useQuery(accountQuestion);
  if (error !== null) {
    return (
      <Entrance title="Sign in">
        <Problem>{error.message}</Problem>
      </Entrance>
    );
  }
  if (account === undefined) return <Entrance title="Sign in" />;
  if (account.state === "sign_in") return <SignInForm account={account} target={target} problem={problem} />;
  return <AlreadyIn account={account} />;
}

function SignInForm({ account, target, problem }: { account: Account; target: `/${string}`; problem: unknown }) {
  const { provider } = account.signIn;
  return (
    <Entrance title="Sign in">
      {typeof problem === "string" ? (
        <Problem>{PROBLEMS[problem] ?? PROBLEMS["sign_in_provider_refused"]}</Problem>
      ) : null}
      {provider === null ? null : <ProviderButton name={provider} target={target} />}
      {provider === null ? null : (
        <p className="flex items-center gap-3 text-[0.8125rem] text-muted before:h-px before:grow before:bg-line after:h-px after:grow after:bg-line">
          or with a password
        </p>
      )}
      <Form
        action="Sign in"
        onSubmit={async ({ email = "", password = "" }) => {
          await signIn({ email, password });
          leaveFor(target);
        }}
      >
        <Field label="E-mail" name="email" type="email" autoComplete="username" required />
        <Field label="Password" name="password" type="password" autoComplete="current-password" required />
      </Form>
      <p className="text-[0.8125rem] text-muted">
        No account, or the password forgotten? Ask an administrator for a link, or use{" "}
        <code className="font-mono whitespace-nowrap">outlay admin reset-password</code> on the server.
      </p>
    </Entrance>
  );
}

function ProviderButton({ name, target }: { name: string; target: string }) {
  const [problem, setProblem] = useState<string | null>(null);
  const go = async () => {
    setProblem(null);
    try {
      const { url } = await beginProviderSignIn(target);
      globalThis.location.assign(url);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <>
      <button type="button" onClick={() => void go()} className={otherButton}>
        Continue with {name}
      </button>
      {problem === null ? null : <Problem>{problem}</Problem>}
    </>
  );
}

function AlreadyIn({ account: { state, person } }: { account: Account }) {
  if (state === "set_up") {
    return (
      <Entrance title="Nobody has an account yet">
        <Link to="/set-up" className={mainButton}>
          Make the first one
        </Link>
      </Entrance>
    );
  }
  const lead =
    person === null ? "There are no accounts: whoever uses this machine sees everything." : `You are ${person.email}.`;
  return (
    <Entrance title={person === null ? "No need to sign in" : "You are signed in"} lead={lead}>
      <Link to="/" className={mainButton}>
        Go to the overview
      </Link>
    </Entrance>
  );
}

/** By the code with which the server sends the browser back. */
const PROBLEMS: Record<string, string> = {
  no_account_here: "There is no account for you here. Ask an administrator for an invitation.",
  account_disabled: "Your account is disabled. Ask an administrator.",
  sign_in_expired: "That took too long, or was begun in another browser. Begin again.",
  sign_in_provider_unreachable: "The sign-in provider does not answer. Try again later, or use a password.",
  sign_in_provider_refused: "The sign-in provider did not let you in.",
};
