/** A row of choices of which one holds. Buttons with `aria-pressed`, so that none is pressed when another choice, made elsewhere, holds. */
export function Segmented<T extends string>({
  label,
  options,
  value,
  onChange,
  className = "",
}: {
  label: string;
  options: readonly { value: T; label: string; title?: string }[];
  value: T | null;
  onChange: (value: T) => void;
  className?: string;
}) {
  return (
    <fieldset aria-label={label} className={`inline-flex rounded-lg border border-line bg-surface p-0.5 ${className}`}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          title={option.title}
          onClick={() => onChange(option.value)}
          className="h-8 grow rounded-md px-2.5 text-[0.8125rem] font-medium whitespace-nowrap text-muted hover:text-ink aria-pressed:bg-strong aria-pressed:text-on-strong"
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}
