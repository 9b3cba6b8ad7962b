/** The next page of a list, below it. */
export function MoreButton({
  label,
  isLoading,
  onClick,
}: {
  /** "Show older calls". */
  label: string;
  isLoading: boolean;
  onClick: () => void;
}) {
  return (
    <button
      type="button"
      disabled={isLoading}
      onClick={onClick}
      className="mt-2 h-9 w-full rounded-lg text-[0.8125rem] font-medium text-muted hover:bg-raised hover:text-ink"
    >
      {isLoading ? "Loading…" : label}
    </button>
  );
}
