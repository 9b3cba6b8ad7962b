import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { accountQuestion, signOut } from "../../api/account.ts";
import type { Person } from "../../api/account.ts";
import { mainButton, otherButton, Problem } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { iconButton, Sheet } from "../../ui/sheet.tsx";
import { leaveFor } from "../sign-in/return-to.ts";

/** Who is signed in, and the way out; where nobody needs to, it says that everything is open. */
export function AccountMenu() {
  const { data: account } = useQuery(accountQuestion);
  const [isOpen, setIsOpen] = useState(false);
  if (account === undefined) return null;
  const { person, setUp } = account;
  // Mounted in another application, who may come is that application's affair.
  if (person === null && !setUp.allowed) return null;
  const close = () => setIsOpen(false);
  const label = person === null ? "Open: there are no accounts" : `Account of ${person.name}`;
  return (
    <>
      <button
        type="button"
        title={label}
        aria-label={label}
        onClick={() => setIsOpen(true)}
        className={person === null ? `${iconButton} w-auto min-w-9 gap-1.5 px-2 text-[0.8125rem]` : iconButton}
      >
        {person === null ? <Icon name="unlocked" /> : <Initials name={person.name} />}
        {person === null ? <span className="hidden sm:inline">Open</span> : null}
      </button>
      {!isOpen ? null : person === null ? (
        <OpenSheet onClose={close} />
      ) : (
        <PersonSheet person={person} onClose={close} />
      )}
    </>
  );
}

function Initials({ name }: { name: string }) {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? "")][0] ?? "");
  return (
    // Drawn, not written: the button's name is the whole name, and what is written in a button has to be part of its name.
    <span
      data-letters={letters.join("")}
      className="inline-flex size-7 items-center justify-center rounded-full bg-strong text-[0.6875rem] font-semibold text-on-strong uppercase before:content-[attr(data-letters)]"
    />
  );
}

function OpenSheet({ onClose }: { onClose: () => void }) {
  return (
    <Sheet title="Everything is open" onClose={onClose}>
      <p>
        Nobody has an account here, so whoever uses this machine sees and changes everything. Nobody else can reach
        Outlay.
      </p>
      <p className="text-muted">
        With an account, everybody has to sign in, and sees what they may see. Outlay can then also listen for others.
      </p>
      <Link to="/set-up" onClick={onClose} className={mainButton}>
        Make the first account
      </Link>
    </Sheet>
  );
}

function PersonSheet({ person, onClose }: { person: Person; onClose: () => void }) {
  const [problem, setProblem] = useState<string | null>(null);
  const leave = async () => {
    setProblem(null);
    try {
      await signOut();
      leaveFor("/sign-in");
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Sheet title={person.name} onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5 [&_dd]:min-w-0 [&_dd]:break-words [&_dt]:text-muted">
        <dt>E-mail</dt>
        <dd>{person.email}</dd>
        <dt>Role</dt>
        <dd>{ROLES[person.role]}</dd>
        {person.user === person.email ? null : (
          <>
            <dt>User</dt>
            <dd>{person.user}</dd>
          </>
        )}
      </dl>
      {problem === null ? null : <Problem>{problem}</Problem>}
      <div className="flex flex-col gap-2 sm:flex-row">
        <Link to="/account" onClick={onClose} className={`${otherButton} grow`}>
          Your account
        </Link>
        <button type="button" onClick={() => void leave()} className={`${mainButton} grow`}>
          Sign out
        </button>
      </div>
    </Sheet>
  );
}

const ROLES: Record<Person["role"], string> = {
  administrator: "Administrator",
  member: "Member: sees their own data",
  viewer: "Viewer: sees everything, changes nothing",
};
