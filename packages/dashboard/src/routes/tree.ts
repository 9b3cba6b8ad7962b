import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute } from "@tanstack/react-router";
import { validateSearch } from "../filters/search.ts";
import { AccountPage } from "./account/account.tsx";
import { NotFound } from "./not-found.tsx";
import { Overview } from "./overview/overview.tsx";
import { Playground } from "./playground/playground.tsx";
import { requireAccount } from "./require-account.ts";
import { SetUp } from "./set-up/set-up.tsx";
import { Shell } from "./shell.tsx";
import { OneTimeLinkPage } from "./sign-in/one-time-link.tsx";
import { SignIn } from "./sign-in/sign-in.tsx";

const rootRoute = createRootRouteWithContext<{ queries: QueryClient }>()({
  notFoundComponent: NotFound,
  validateSearch,
});

const signInRoute = createRoute({ getParentRoute: () => rootRoute, path: "/sign-in", component: SignIn });

const linkRoute = createRoute({ getParentRoute: () => rootRoute, path: "/sign-in/link", component: OneTimeLinkPage });

const setUpRoute = createRoute({ getParentRoute: () => rootRoute, path: "/set-up", component: SetUp });

/** What only those see who may come in. */
const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "shell",
  component: Shell,
  beforeLoad: requireAccount,
});

const overviewRoute = createRoute({ getParentRoute: () => shellRoute, path: "/", component: Overview });

const playgroundRoute = createRoute({ getParentRoute: () => shellRoute, path: "/playground", component: Playground });

const accountRoute = createRoute({ getParentRoute: () => shellRoute, path: "/account", component: AccountPage });

/** Every page. The search (period, filters, …) belongs to the root, so that it survives from page to page. */
export const routeTree = rootRoute.addChildren([
  shellRoute.addChildren([overviewRoute, playgroundRoute, accountRoute]),
  signInRoute,
  linkRoute,
  setUpRoute,
]);
