import { Icon } from "./icon.tsx";

export interface SelectOption<T extends string> {
  value: T;
  label: string;
  group?: string | undefined;
}

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
  /** Those of one `group` stand together under its name. */
  options: readonly SelectOption<T>[];
  value: T;
  onChange: (value: T) => void;
  /** Write the label before the list, or above it; otherwise only assistive technology reads it. */
  showLabel?: boolean | "above";
  className?: string;
}) {
  const place = showLabel === "above" ? "flex-col gap-1" : "items-center gap-2";
  return (
    <label className={`inline-flex ${place} text-[0.8125rem] text-muted ${className}`}>
      <span className={showLabel === false ? "sr-only" : "whitespace-nowrap"}>{label}</span>
      <span className="relative inline-flex min-w-0 grow">
        <select
          value={value}
          onChange={(event) => onChange(event.target.value as T)}
          className="h-9 w-full min-w-0 appearance-none rounded-lg border border-line bg-surface pr-8 pl-3 font-medium text-ink hover:border-control"
        >
          {[...Map.groupBy(options, ({ group }) => group)].map(([group, members]) =>
            group === undefined ? (
              members.map(asOption)
            ) : (
              <optgroup key={group} label={group}>
                {members.map(asOption)}
              </optgroup>
            ),
          )}
        </select>
        <Icon name="down" className="pointer-events-none absolute top-2.5 right-2 text-muted" />
      </span>
    </label>
  );
}

function asOption({ value, label }: SelectOption<string>) {
  return (
    <option key={value} value={value}>
      {label}
    </option>
  );
}
