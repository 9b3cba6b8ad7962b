import type { QueryClient } from "@tanstack/react-query";
import { redirect } from "@tanstack/react-router";
import { accountQuestion } from "../api/account.ts";

/** Before a page of the dashboard: leads to the sign-in page, or to the set-up page, whoever has to go there first. */
export async function requireAccount({
  context,
  location,
}: {
  context: { queries: QueryClient };
  location: { href: string };
}): Promise<void> {
  // A server that does not answer is told of on the page itself.
  const account = await context.queries.ensureQueryData(accountQuestion).catch(() => null);
  if (account?.state === "set_up") throw redirect({ to: "/set-up" });
  if (account?.state === "sign_in") throw redirect({ to: "/sign-in", search: returnTo(location.href) });
}

/** What the search has then; the first page needs no saying. */
function returnTo(href: string): object {
  return href === "/" ? {} : { returnTo: href };
}
