/** An id cut in its middle where there is no room: its end tells it from its neighbours. The whole of it is in the title. */
export function LongId({ id, className = "" }: { id: string; className?: string }) {
  const cut = Math.max(0, id.length - TAIL);
  return (
    <span title={id} className={`inline-flex max-w-full min-w-0 whitespace-pre ${className}`}>
      <span className="truncate">{id.slice(0, cut)}</span>
      <span className="shrink-0">{id.slice(cut)}</span>
    </span>
  );
}

/** Characters at the end that always show. */
const TAIL = 6;
