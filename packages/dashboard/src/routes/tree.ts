import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { validateSearch } from "../filters/search.ts";
import { NotFound } from "./not-found.tsx";
import { requireAccount } from "./require-account.ts";
import { Shell } from "./shell.tsx";

const rootRoute = createRootRouteWithContext<{ queries: QueryClient }>()({
  notFoundComponent: NotFound,
  validateSearch,
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  component: lazyRouteComponent(() => import("./sign-in/sign-in.tsx"), "SignIn"),
});

const linkRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in/link",
  component: lazyRouteComponent(() => import("./sign-in/one-time-link.tsx"), "OneTimeLinkPage"),
});

const setUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/set-up",
  component: lazyRouteComponent(() => import("./set-up/set-up.tsx"), "SetUp"),
});

/** What only those see who may come in. */
const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "shell",
  component: Shell,
  beforeLoad: requireAccount,
});

const inShell = () => shellRoute;

/** Every page in the shell. Each comes with its own script, fetched when somebody goes there or is about to. */
const pages = [
  createRoute({
    getParentRoute: inShell,
    path: "/",
    component: lazyRouteComponent(() => import("./overview/overview.tsx"), "Overview"),
  }),
  createRoute({
    getParentRoute: inShell,
    path: "/usage",
    component: lazyRouteComponent(() => import("./usage/usage.tsx"), "Usage"),
  }),
  createRoute({
    getParentRoute: inShell,
    path: "/explore",
    component: lazyRouteComponent(() => import("./explore/explore.tsx"), "Explore"),
  }),
  createRoute({
    getParentRoute: inShell,
    path: "/calls",
    component: lazyRouteComponent(() => import("./calls/calls.tsx"), "Calls"),
  }),
  createRoute({
    getParentRoute: inShell,
    path: "/subscriptions",
    component: lazyRouteComponent(() => import("./subscriptions/subscriptions.tsx"), "Subscriptions"),
  }),
  createRoute({
    getParentRoute: inShell,
    path: "/sessions",
    component: lazyRouteComponent(() => import("./sessions/sessions.tsx"), "Sessions"),
  }),
  createRoute({
    getParentRoute: inShell,
    path: "/users",
    component: lazyRouteComponent(() => import("./users/users.tsx"), "Users"),
  }),
  createRoute({
    getParentRoute: inShell,
    path: "/agents",
    component: lazyRouteComponent(() => import("./agents/agents.tsx"), "Agents"),
  }),
  createRoute({
    getParentRoute: inShell,
    path: "/work-items",
    component: lazyRouteComponent(() => import("./work-items/work-items.tsx"), "WorkItems"),
  }),
  createRoute({
    getParentRoute: inShell,
    path: "/analytics",
    component: lazyRouteComponent(() => import("./analytics/analytics.tsx"), "Analytics"),
  }),
  createRoute({
    getParentRoute: inShell,
    path: "/insights",
    component: lazyRouteComponent(() => import("./insights/insights.tsx"), "Insights"),
  }),
  createRoute({
    getParentRoute: inShell,
    path: "/budgets",
    component: lazyRouteComponent(() => import("./budgets/budgets.tsx"), "Budgets"),
  }),
  createRoute({
    getParentRoute: inShell,
    path: "/limits",
    component: lazyRouteComponent(() => import("./limits/limits.tsx"), "Limits"),
  }),
  createRoute({
    getParentRoute: inShell,
    path: "/alerts",
    component: lazyRouteComponent(() => import("./alerts/alerts.tsx"), "Alerts"),
  }),
  createRoute({
    getParentRoute: inShell,
    path: "/prices",
    component: lazyRouteComponent(() => import("./prices/prices.tsx"), "Prices"),
  }),
  createRoute({
    getParentRoute: inShell,
    path: "/reconciliation",
    component: lazyRouteComponent(() => import("./reconciliation/reconciliation.tsx"), "ReconciliationPage"),
  }),
  createRoute({
    getParentRoute: inShell,
    path: "/settings",
    component: lazyRouteComponent(() => import("./settings/settings.tsx"), "Settings"),
  }),
  createRoute({
    getParentRoute: inShell,
    path: "/playground",
    component: lazyRouteComponent(() => import("./playground/playground.tsx"), "Playground"),
  }),
  createRoute({
    getParentRoute: inShell,
    path: "/account",
    component: lazyRouteComponent(() => import("./account/account.tsx"), "AccountPage"),
  }),
] as const;

/** The search (period, filters, …) belongs to the root, so that it survives from page to page. */
export const routeTree = rootRoute.addChildren([
  shellRoute.addChildren([...pages]),
  signInRoute,
  linkRoute,
  setUpRoute,
]);
