/** All, or those that are ticked. Null: all, also those that come later. */
export function Chosen({
  all,
  known,
  chosen,
  onChange,
}: {
  /** What "all" is called. */
  all: string;
  known: readonly { id: string; name: string; note: string }[];
  chosen: readonly string[] | null;
  onChange: (chosen: string[] | null) => void;
}) {
  const toggle = (id: string) => {
    const before = chosen ?? [];
    const after = before.includes(id) ? before.filter((other) => other !== id) : [...before, id];
    onChange(after.length === 0 ? null : after);
  };
  return (
    <ul className="flex flex-col gap-1">
      <Choice label={all} isOn={chosen === null} onChange={() => onChange(null)} />
      {known.map(({ id, name, note }) => (
        <Choice key={id} label={name} note={note} isOn={chosen?.includes(id) ?? false} onChange={() => toggle(id)} />
      ))}
    </ul>
  );
}

function Choice(props: { label: string; note?: string; isOn: boolean; onChange: () => void }) {
  return (
    <li>
      <label className="flex min-h-8 items-center gap-2.5 text-sm">
        <input
          type="checkbox"
          checked={props.isOn}
          onChange={props.onChange}
          className="size-6 shrink-0 accent-(--accent) sm:size-5"
        />
        <span className="min-w-0">
          {props.label}
          {props.note === undefined ? null : <span className="text-muted"> · {props.note}</span>}
        </span>
      </label>
    </li>
  );
}
