import type { ReactNode } from "react";
import { useIsWrong } from "./form.tsx";
import { Icon } from "./icon.tsx";

interface FieldProps {
  label: string;
  name: string;
  hint?: ReactNode;
}

/** A choice in a form, with its label above it. Give `value` and `onChange`, or `defaultValue`. */
export function SelectField<T extends string>({
  label,
  name,
  hint,
  options,
  value,
  defaultValue,
  onChange,
}: FieldProps & {
  options: readonly { value: T; label: string }[];
  value?: T;
  defaultValue?: T;
  onChange?: (value: T) => void;
}) {
  const id = `field-${name}`;
  const isWrong = useIsWrong(name);
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className="text-[0.8125rem] font-medium">
        {label}
      </label>
      <span className="relative flex">
        <select
          id={id}
          name={name}
          value={value}
          defaultValue={defaultValue}
          onChange={onChange === undefined ? undefined : (event) => onChange(event.target.value as T)}
          aria-invalid={isWrong || undefined}
          aria-describedby={hint === undefined ? undefined : `${id}-hint`}
          className="h-11 w-full min-w-0 appearance-none rounded-lg border border-control bg-surface pr-9 pl-3 text-base sm:h-10 sm:text-sm aria-invalid:border-high"
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <Icon name="down" className="pointer-events-none absolute top-1/2 right-3 -translate-y-1/2 text-muted" />
      </span>
      <Hint id={id}>{hint}</Hint>
    </div>
  );
}

/** Something that is on or off, with its label beside it. Its value in the form is `on`, or it is absent. */
export function CheckField({
  label,
  name,
  hint,
  checked,
  defaultChecked,
  onChange,
}: FieldProps & { checked?: boolean; defaultChecked?: boolean; onChange?: (checked: boolean) => void }) {
  const id = `field-${name}`;
  return (
    <div className="flex gap-2.5">
      <input
        id={id}
        name={name}
        type="checkbox"
        checked={checked}
        defaultChecked={defaultChecked}
        onChange={onChange === undefined ? undefined : (event) => onChange(event.target.checked)}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        className="mt-px size-6 shrink-0 accent-(--accent) sm:size-5"
      />
      <div className="flex min-w-0 flex-col gap-0.5 sm:pt-px">
        <label htmlFor={id} className="text-[0.8125rem] font-medium">
          {label}
        </label>
        <Hint id={id}>{hint}</Hint>
      </div>
    </div>
  );
}

/** Several lines to fill in, with the label above them. */
export function TextField({
  label,
  name,
  hint,
  rows = 3,
  ...rest
}: FieldProps & { rows?: number; defaultValue?: string; placeholder?: string; required?: boolean }) {
  const id = `field-${name}`;
  const isWrong = useIsWrong(name);
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className="text-[0.8125rem] font-medium">
        {label}
      </label>
      <textarea
        id={id}
        name={name}
        rows={rows}
        aria-invalid={isWrong || undefined}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        className="w-full min-w-0 rounded-lg border border-control bg-surface px-3 py-2 text-base sm:text-sm aria-invalid:border-high"
        {...rest}
      />
      <Hint id={id}>{hint}</Hint>
    </div>
  );
}

/** Fields that belong together, under one name. */
export function FieldGroup({ legend, children }: { legend: string; children: ReactNode }) {
  return (
    <div className="border-t border-line pt-4">
      <fieldset className="min-w-0">
        <legend className="mb-3 text-[0.9375rem] font-semibold tracking-[-0.01em]">{legend}</legend>
        <div className="flex flex-col gap-3.5">{children}</div>
      </fieldset>
    </div>
  );
}

function Hint({ id, children }: { id: string; children: ReactNode }) {
  return children === undefined ? null : (
    <p id={`${id}-hint`} className="text-[0.8125rem] text-muted">
      {children}
    </p>
  );
}
