import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider, createRouter } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { accountQuestion } from "./api/account.ts";
import { ApiProblem } from "./api/client.ts";
import { mountPath } from "./api/server-url.ts";
import { parseSearch, stringifySearch } from "./filters/search.ts";
import { routeTree } from "./routes/tree.ts";
import "./styles.css";

const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: (error) => leaveWhenSignedOut(error) }),
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // What the server refuses it will refuse again; what it did not answer may come.
      retry: (failures, error) => failures < 2 && !(error instanceof ApiProblem && error.status < 500),
    },
  },
});

const router = createRouter({
  routeTree,
  parseSearch,
  stringifySearch,
  basepath: mountPath(),
  context: { queries: queryClient },
});

/** A session may end while its page is open: the way to the sign-in page is found by asking again who is signed in. */
function leaveWhenSignedOut(error: Error): void {
  if (!(error instanceof ApiProblem) || error.status !== 401) return;
  queryClient.removeQueries({ queryKey: accountQuestion.queryKey, exact: true });
  void router.invalidate();
}

// Who is signed in and the page's own script are fetched at once: the router would ask one after the other.
void queryClient.prefetchQuery(accountQuestion);
const routes: Record<string, { options: { component?: unknown } }> = router.routesById;
for (const { routeId } of router.matchRoutes(router.latestLocation) as { routeId: string }[]) {
  const component = routes[routeId]?.options.component as { preload?: () => Promise<void> } | undefined;
  void component?.preload?.();
}

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

const root = document.querySelector("#root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
