import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import {
  accountQuestion,
  changePassword,
  endSession,
  rename,
  sessionsQuestion,
  signOutEverywhere,
} from "../../api/account.ts";
import type { Account, Person, Session } from "../../api/account.ts";
import { Card } from "../../ui/card.tsx";
import { Field, Form, otherButton, Problem } from "../../ui/form.tsx";
import { leaveFor } from "../sign-in/return-to.ts";
import { describeBrowser } from "./describe-browser.ts";

/** One's own name, password and sessions. */
export function AccountPage() {
  const { data: account } = useQuery(accountQuestion);
  if (account === undefined) return null;
  const { person } = account;
  return (
    <main
      id="main"
      tabIndex={-1}
      className="mx-auto flex w-full max-w-2xl flex-col gap-4 px-4 pt-2 pb-16 outline-none sm:px-6"
    >
      <title>Your account · Outlay</title>
      <h1 className="text-2xl font-semibold tracking-[-0.025em]">Your account</h1>
      {person === null ? <NoAccount /> : <OwnAccount account={account} person={person} />}
    </main>
  );
}

function NoAccount() {
  return (
    <p className="text-muted">
      Nobody has signed in, because nobody needs to.{" "}
      <Link to="/" className="text-accent underline underline-offset-4">
        Go to the overview
      </Link>
    </p>
  );
}

function OwnAccount({ account, person }: { account: Account; person: Person }) {
  const queries = useQueryClient();
  const [told, setTold] = useState<string | null>(null);
  const [passwordForm, setPasswordForm] = useState(0);
  return (
    <>
      <output className={told === null ? "sr-only" : "rounded-lg bg-low-back px-3 py-2 text-low"}>{told}</output>
      <Card title="You" id="you">
        <div className="p-4 sm:px-5">
          <Form
            action="Save"
            onSubmit={async ({ name = "" }) => {
              setTold(null);
              await rename(name);
              await queries.invalidateQueries({ queryKey: accountQuestion.queryKey });
              setTold("Your name is saved.");
            }}
          >
            <Field label="Name" name="name" autoComplete="name" defaultValue={person.name} required />
            <Field
              label="E-mail"
              name="own-email"
              value={person.email}
              readOnly
              hint="An administrator can change it, your role, and whose calls are yours."
            />
          </Form>
        </div>
      </Card>
      <Card title="Password" id="password">
        <div className="p-4 sm:px-5">
          <Form
            key={passwordForm}
            action="Change the password"
            onSubmit={async ({ currentPassword = "", newPassword = "" }) => {
              setTold(null);
              await changePassword({ currentPassword, newPassword });
              await queries.invalidateQueries({ queryKey: sessionsQuestion.queryKey });
              setPasswordForm((count) => count + 1);
              setTold("Your password is changed, and you are signed out everywhere else.");
            }}
          >
            <input type="hidden" name="username" autoComplete="username" value={person.email} readOnly />
            <Field
              label="Current password"
              name="currentPassword"
              type="password"
              autoComplete="current-password"
              required
            />
            <Field
              label="New password"
              name="newPassword"
              type="password"
              autoComplete="new-password"
              minLength={account.signIn.passwordCharacters}
              required
              hint={`At least ${account.signIn.passwordCharacters} characters. A sentence is good.`}
            />
          </Form>
        </div>
      </Card>
      <Sessions />
    </>
  );
}

function Sessions() {
  const queries = useQueryClient();
  const { data, error } = useQuery(sessionsQuestion);
  const [problem, setProblem] = useState<string | null>(null);
  const act = async (deed: () => Promise<unknown>) => {
    setProblem(null);
    try {
      await deed();
      await queries.invalidateQueries({ queryKey: sessionsQuestion.queryKey });
    } catch (failure) {
      setProblem(failure instanceof Error ? failure.message : String(failure));
    }
  };
  const trouble = problem ?? error?.message ?? null;
  return (
    <Card title="Where you are signed in" id="sessions">
      <ul className="divide-y divide-line">
        {data?.sessions.map((session) => (
          <SessionLine key={session.id} session={session} onEnd={() => void act(() => endSession(session.id))} />
        ))}
      </ul>
      <div className="flex flex-col gap-3 border-t border-line p-4 sm:px-5">
        {trouble === null ? null : <Problem>{trouble}</Problem>}
        <button type="button" onClick={() => void act(leaveAll)} className={otherButton}>
          Sign out everywhere
        </button>
      </div>
    </Card>
  );
}

async function leaveAll(): Promise<void> {
  await signOutEverywhere();
  leaveFor("/sign-in");
}

function SessionLine({ session, onEnd }: { session: Session; onEnd: () => void }) {
  const { createdAt, address, userAgent, current } = session;
  const browser = describeBrowser(userAgent);
  return (
    <li className="flex items-center justify-between gap-4 px-4 py-3 sm:px-5">
      <div className="min-w-0">
        <p className="font-medium">{browser}</p>
        <p className="text-[0.8125rem] break-words text-muted">
          Since <time dateTime={createdAt}>{new Date(createdAt).toLocaleString()}</time>
          {address === null ? "" : `, from ${address}`}
        </p>
      </div>
      {current ? (
        <span className="rounded-md bg-low-back px-2 py-1 text-[0.8125rem] whitespace-nowrap text-low">This one</span>
      ) : (
        <button
          type="button"
          onClick={onEnd}
          aria-label={`Sign out ${browser}, since ${new Date(createdAt).toLocaleString()}`}
          className="h-9 rounded-lg border border-control px-3 text-[0.8125rem] font-medium whitespace-nowrap hover:bg-raised"
        >
          Sign out
        </button>
      )}
    </li>
  );
}
