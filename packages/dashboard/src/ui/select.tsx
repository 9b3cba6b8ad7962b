import { Icon } from "./icon.tsx";

/** The browser's own list, dressed like the other controls. */
export function Select<T extends string>({
  label,
  options,
  value,
  onChange,
  showLabel = false,
  className = "",
}: {
  label: string;
  options: readonly { value: T; label: string }[];
  value: T;
  onChange: (value: T) => void;
  /** Write the label before the list; otherwise only assistive technology reads it. */
  showLabel?: boolean;
  className?: string;
}) {
  return (
    <label className={`inline-flex items-center gap-2 text-[0.8125rem] text-muted ${className}`}>
      <span className={showLabel ? "whitespace-nowrap" : "sr-only"}>{label}</span>
      <span className="relative inline-flex min-w-0 grow">
        <select
          value={value}
          onChange={(event) => onChange(event.target.value as T)}
          className="h-9 w-full min-w-0 appearance-none rounded-lg border border-line bg-surface pr-8 pl-3 font-medium text-ink hover:border-control"
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <Icon name="down" className="pointer-events-none absolute top-2.5 right-2 text-muted" />
      </span>
    </label>
  );
}
