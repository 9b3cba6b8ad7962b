import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { useState } from "react";
import { VIEWS, removeView, viewsQuestion } from "../api/views.ts";
import type { SavedView } from "../api/views.ts";
import { ConfirmSheet } from "../ui/confirm-sheet.tsx";
import { smallButton } from "../ui/form.tsx";
import { Icon } from "../ui/icon.tsx";
import { ChangeViewSheet, SaveViewSheet } from "./view-sheets.tsx";
import { addressOf, isSameAddress } from "./view-address.ts";
import { ViewList } from "./view-list.tsx";

type Open = { kind: "list" } | { kind: "save" } | { kind: "change" | "remove"; view: SavedView };

/** A button that opens the saved views of the page on which it stands, saves what is on screen as one, and changes them. */
export function ViewsMenu() {
  const { pathname, searchStr } = useLocation();
  const { data, error } = useQuery(viewsQuestion);
  const queries = useQueryClient();
  const [open, setOpen] = useState<Open | null>(null);
  const address = addressOf(searchStr);
  const views = data?.views.filter(({ page }) => page === pathname);
  const present = views?.find(({ search }) => isSameAddress(search, address));
  const refresh = () => queries.invalidateQueries({ queryKey: VIEWS });
  const close = () => setOpen(null);
  const back = () => setOpen({ kind: "list" });
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        title={present === undefined ? "Saved views of this page" : `Saved view: ${present.name}`}
        onClick={() => setOpen({ kind: "list" })}
        className={smallButton}
      >
        <Icon name="save" />
        {present === undefined ? "Views" : <span className="max-w-40 truncate">{present.name}</span>}
      </button>
      {open?.kind === "list" ? (
        <ViewList
          views={views}
          present={present}
          error={error}
          onSave={() => setOpen({ kind: "save" })}
          onChange={(view) => setOpen({ kind: "change", view })}
          onRemove={(view) => setOpen({ kind: "remove", view })}
          onClose={close}
        />
      ) : null}
      {open?.kind === "save" ? (
        <SaveViewSheet page={pathname} search={address} onSaved={refresh} onClose={close} />
      ) : null}
      {open?.kind === "change" ? (
        <ChangeViewSheet view={open.view} search={address} onSaved={refresh} onClose={back} />
      ) : null}
      {open?.kind === "remove" ? (
        <ConfirmSheet
          title={`Delete “${open.view.name}”?`}
          action="Delete the view"
          onConfirm={async () => {
            await removeView(open.view.id);
            await refresh();
          }}
          onClose={back}
        >
          {open.view.shared ? "Everybody sees this view, and nobody will any more. " : ""}No number is lost: a view is
          only the address of a page.
        </ConfirmSheet>
      ) : null}
    </>
  );
}
