import { createContext, use, useState } from "react";
import type { InputHTMLAttributes, ReactNode } from "react";
import { ApiProblem } from "../api/client.ts";

interface FieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "id" | "className"> {
  label: string;
  name: string;
  hint?: ReactNode;
}

/** The field that the server found wrong, by its name; null: none. */
const WrongField = createContext<string | null>(null);

/** Whether a field of this form is the one that the server found wrong: for `aria-invalid`. */
export function useIsWrong(name: string): boolean {
  return use(WrongField) === name;
}

/** One line to fill in, with its label above it. */
export function Field({ label, name, hint, ...input }: FieldProps) {
  const id = `field-${name}`;
  const isWrong = useIsWrong(name);
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className="text-[0.8125rem] font-medium">
        {label}
      </label>
      <input
        id={id}
        name={name}
        aria-invalid={isWrong || undefined}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        className="h-11 w-full min-w-0 rounded-lg border border-control bg-surface px-3 text-base sm:h-10 sm:text-sm read-only:bg-raised read-only:text-muted aria-invalid:border-high"
        {...input}
      />
      {hint === undefined ? null : (
        <p id={`${id}-hint`} className="text-[0.8125rem] text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}

interface FormProps {
  action: string;
  /** Rejects with what is then shown. */
  onSubmit: (values: Record<string, string>) => Promise<void>;
  children: ReactNode;
}

/** Fields, what is wrong with them, and the button. While it is being sent it cannot be sent again. */
export function Form({ action, onSubmit, children }: FormProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const [wrongField, setWrongField] = useState<string | null>(null);
  const [isSending, setIsSending] = useState(false);
  const send = async (form: HTMLFormElement) => {
    setIsSending(true);
    setProblem(null);
    setWrongField(null);
    try {
      const entries = [...new FormData(form)].filter(
        (entry): entry is [string, string] => typeof entry[1] === "string",
      );
      await onSubmit(Object.fromEntries(entries));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      if (error instanceof ApiProblem && error.field !== null) {
        setWrongField(error.field);
        form.querySelector<HTMLElement>(`[name="${CSS.escape(error.field)}"]`)?.focus();
      }
    } finally {
      setIsSending(false);
    }
  };
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isSending) void send(event.currentTarget);
      }}
    >
      <WrongField value={wrongField}>{children}</WrongField>
      {problem === null ? null : <Problem>{problem}</Problem>}
      <button type="submit" aria-disabled={isSending} className={`${mainButton} aria-disabled:opacity-60`}>
        {action}
      </button>
    </form>
  );
}

/** Why something did not work. */
export function Problem({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="rounded-lg bg-high-back px-3 py-2 text-[0.8125rem] break-words text-high">
      {children}
    </p>
  );
}

export const mainButton =
  "inline-flex h-11 items-center justify-center rounded-lg bg-strong px-4 font-medium text-on-strong sm:h-10";

export const otherButton =
  "inline-flex h-11 items-center justify-center rounded-lg border border-control px-4 font-medium hover:bg-raised sm:h-10";

/** For what cannot be taken back. */
export const dangerButton =
  "inline-flex h-11 items-center justify-center rounded-lg border border-high px-4 font-medium text-high hover:bg-high-back sm:h-10";

/** A smaller button in a page's head or a card's corner, with an icon and words. */
export const smallButton =
  "inline-flex h-9 items-center gap-2 rounded-lg border border-line bg-surface px-3 text-[0.8125rem] font-medium whitespace-nowrap hover:border-control";
