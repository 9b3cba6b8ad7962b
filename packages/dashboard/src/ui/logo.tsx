/** Outlay's sign: bars that grow. Decorative: its name stands beside it. */
export function Logo() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className="size-6">
      <rect width="24" height="24" rx="6" fill="var(--strong)" />
      <rect x="5" y="13" width="4" height="6" rx="1" fill="var(--series-0)" />
      <rect x="10" y="9" width="4" height="10" rx="1" fill="var(--series-1)" />
      <rect x="15" y="5" width="4" height="14" rx="1" fill="var(--surface)" />
    </svg>
  );
}
