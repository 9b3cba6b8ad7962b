import { createRootRoute, createRoute } from "@tanstack/react-router";
import { validateSearch } from "../filters/search.ts";
import { NotFound } from "./not-found.tsx";
import { Overview } from "./overview/overview.tsx";
import { Playground } from "./playground/playground.tsx";
import { Shell } from "./shell.tsx";

const rootRoute = createRootRoute({ component: Shell, notFoundComponent: NotFound, validateSearch });

const overviewRoute = createRoute({ getParentRoute: () => rootRoute, path: "/", component: Overview });

const playgroundRoute = createRoute({ getParentRoute: () => rootRoute, path: "/playground", component: Playground });

/** Every page. The search (period, filters, …) belongs to the root, so that it survives from page to page. */
export const routeTree = rootRoute.addChildren([overviewRoute, playgroundRoute]);
