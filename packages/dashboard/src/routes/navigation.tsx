import { Link, useLocation } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { validateSearch } from "../filters/search.ts";
import { Icon } from "../ui/icon.tsx";
import { Logo } from "../ui/logo.tsx";
import { iconButton } from "../ui/sheet.tsx";
import { PAGE_GROUPS } from "./pages.ts";

/** The pages in groups, one of them the present one. The period and the filters go along; a page's own state does not. */
export function Navigation() {
  return (
    <nav aria-label="Pages" className="flex flex-col gap-2.5">
      {PAGE_GROUPS.map((group) => (
        <div key={group.label}>
          <h2 className="px-2.5 pb-0.5 text-xs text-muted">{group.label}</h2>
          <ul className="flex flex-col gap-px">
            {group.pages.map(({ to, label, icon }) => (
              <li key={to}>
                <Link
                  to={to}
                  search={validateSearch}
                  preload="intent"
                  activeOptions={{ exact: true, includeSearch: false }}
                  className="flex min-h-9 items-center gap-2.5 rounded-lg px-2.5 text-[0.8125rem] font-medium text-muted hover:bg-raised hover:text-ink aria-[current=page]:bg-raised aria-[current=page]:text-ink lg:min-h-8"
                >
                  <Icon name={icon} />
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

/** Where there is no room for the side bar: a button that opens it over the page. */
export function NavigationMenu() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" title="Pages" onClick={() => setOpen(true)} className={`${iconButton} -ml-2`}>
        <Icon name="menu" />
        <span className="sr-only">Pages</span>
      </button>
      {isOpen ? <Menu onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function Menu({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { pathname } = useLocation();
  const openedAt = useRef(pathname);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  useEffect(() => {
    if (pathname !== openedAt.current) onClose();
  }, [pathname, onClose]);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events -- the click beside the menu; Escape is the key for it
    <dialog
      ref={dialog}
      aria-label="Pages"
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
      className="page-menu overflow-y-auto border-r border-line bg-surface p-0 text-ink shadow-2xl"
    >
      <div className="flex flex-col gap-3 px-3 py-2.5">
        <div className="flex items-center justify-between pl-2.5">
          <Brand />
          <button type="button" onClick={onClose} className={iconButton}>
            <Icon name="close" />
            <span className="sr-only">Close</span>
          </button>
        </div>
        <Navigation />
      </div>
    </dialog>
  );
}

/** The name, which leads to the first page. */
export function Brand() {
  return (
    <Link
      to="/"
      search={validateSearch}
      className="flex items-center gap-2.5 text-base font-semibold tracking-[-0.02em]"
    >
      <Logo />
      Outlay
    </Link>
  );
}
