import { Link } from "@tanstack/react-router";
import { parseSearch } from "../filters/search.ts";
import { smallButton } from "../ui/form.tsx";
import { Icon } from "../ui/icon.tsx";

/** The page that shows what an alert is about: its link is a path of the dashboard with what is asked there. */
export function AlertLink({ link }: { link: string }) {
  const { pathname, search } = new URL(link, "http://outlay.invalid");
  return (
    <Link to={pathname} search={parseSearch(search) as object} className={smallButton}>
      <Icon name="link" />
      {LABELS[pathname] ?? "Open it"}
    </Link>
  );
}

const LABELS: Record<string, string> = {
  "/": "What these calls cost",
  "/calls": "These calls",
  "/budgets": "The budget",
  "/limits": "The limit",
  "/reconciliation": "What providers report",
  "/settings": "The key",
};
