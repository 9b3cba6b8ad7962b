import { Link } from "@tanstack/react-router";
import type { SavedView } from "../api/views.ts";
import { useViewer } from "../api/use-viewer.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { mainButton } from "../ui/form.tsx";
import { Icon } from "../ui/icon.tsx";
import type { IconName } from "../ui/icon.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";
import { Sheet, iconButton } from "../ui/sheet.tsx";
import { parseSearch } from "../filters/search.ts";

/** The saved views of a page: a click shows one. */
export function ViewList({
  views,
  present,
  error,
  onSave,
  onChange,
  onRemove,
  onClose,
}: {
  /** Undefined until the server has said. */
  views: SavedView[] | undefined;
  /** The one that is on screen. */
  present: SavedView | undefined;
  error: Error | null;
  onSave: () => void;
  onChange: (view: SavedView) => void;
  onRemove: (view: SavedView) => void;
  onClose: () => void;
}) {
  return (
    <Sheet title="Saved views" onClose={onClose}>
      {error === null ? null : <ProblemNote error={error} />}
      {views?.length === 0 ? (
        <div className="-my-6">
          <EmptyState title="None yet">
            Choose what you want to see, then save it under a name. Period, filters and everything else come along.
          </EmptyState>
        </div>
      ) : (
        <ul aria-label="Saved views" className="-mx-2 flex flex-col">
          {views?.map((view) => (
            <li key={view.id} className="group flex items-center rounded-lg pr-1 hover:bg-raised">
              <Link
                to={view.page}
                search={parseSearch(view.search)}
                onClick={onClose}
                aria-current={view.id === present?.id ? "true" : undefined}
                className="flex min-h-11 min-w-0 grow items-center gap-3 rounded-lg px-2"
              >
                <Icon name="check" className={view.id === present?.id ? "text-accent" : "invisible"} />
                <span className="min-w-0">
                  <span className="block truncate font-medium" title={view.name}>
                    {view.name}
                  </span>
                  <Whose view={view} />
                </span>
              </Link>
              {view.mayChange ? (
                <>
                  <Action icon="edit" label={`Change “${view.name}”`} onClick={() => onChange(view)} />
                  <Action icon="trash" label={`Delete “${view.name}”`} onClick={() => onRemove(view)} />
                </>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      {present === undefined ? (
        <button type="button" onClick={onSave} className={mainButton}>
          Save what is shown
        </button>
      ) : null}
    </Sheet>
  );
}

/** Where there are accounts: who sees it. */
function Whose({ view }: { view: SavedView }) {
  const person = useViewer()?.person;
  if (person === null || person === undefined) return null;
  const isOwn = view.owner?.id === person.id;
  const words = isOwn
    ? view.shared
      ? "Yours, shared with everybody"
      : "Only you"
    : view.owner === null
      ? view.shared
        ? "Shared with everybody"
        : "Administrators"
      : `By ${view.owner.name}`;
  return <span className="block truncate text-[0.8125rem] text-muted">{words}</span>;
}

function Action({ icon, label, onClick }: { icon: IconName; label: string; onClick: () => void }) {
  return (
    <button type="button" title={label} aria-label={label} onClick={onClick} className={`${iconButton} shrink-0`}>
      <Icon name={icon} />
    </button>
  );
}
