import type { Context } from "hono";
import { z } from "zod";
import type { Principal } from "../../access/principal.ts";
import { newViewSchema, viewChangesSchema } from "../../views/parse-view.ts";
import type { SavedView, ViewBook, ViewReader } from "../../views/view-book.ts";
import { actorOf, principalOf } from "../authorize.ts";
import type { HttpEnvironment } from "../environment.ts";
import { instantText } from "../instant-text.ts";
import { addRoute } from "../route.ts";
import type { App } from "../route.ts";

const tag = "Views";
const path = "/api/v1/views";
const id = z.object({ id: z.string() });
const instant = z.string().meta({ format: "date-time" });

const viewAnswer = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    page: z.string(),
    search: z.string(),
    shared: z.boolean(),
    owner: z
      .strictObject({ id: z.string(), name: z.string() })
      .nullable()
      .meta({ description: "null: made where nobody had an account" }),
    mayChange: z.boolean().meta({ description: "Whoever asks is its owner or an administrator" }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: "View" });

/** Pages with what was chosen on them, saved under a name. */
export function addViewRoutes(app: App, views: ViewBook): void {
  addRoute(
    app,
    {
      method: "get",
      path,
      access: "read",
      tag,
      summary: "Saved views: one's own, and those that others share",
      answer: z.strictObject({ views: z.array(viewAnswer) }),
    },
    async ({ c }) => ({ views: views.list(readerOf(c)).map((view) => listedView(view, readerOf(c))) }),
  );
  addRoute(
    app,
    {
      method: "post",
      path,
      access: "self",
      tag,
      summary: "Save a view",
      description: "At most 200 of one person. Viewers save for themselves only.",
      body: {
        schema: newViewSchema,
        example: { name: "Models of the shop", page: "/explore", search: "period=7d&filter=project:shop" },
      },
      answer: z.strictObject({ view: viewAnswer }),
    },
    async ({ c, body }) => ({ view: listedView(await views.create(await body(), readerOf(c)), readerOf(c)) }),
  );
  addRoute(
    app,
    {
      method: "patch",
      path: `${path}/{id}`,
      access: "self",
      tag,
      summary: "Change a view; its owner or an administrator",
      description: "What is not named stays as it is.",
      params: id,
      body: { schema: viewChangesSchema, example: { shared: true } },
      answer: z.strictObject({ view: viewAnswer }),
    },
    async ({ c, params, body }) => ({
      view: listedView(await views.change(params["id"]!, await body(), readerOf(c)), readerOf(c)),
    }),
  );
  addRoute(
    app,
    {
      method: "delete",
      path: `${path}/{id}`,
      access: "self",
      tag,
      summary: "Delete a view; its owner or an administrator",
      params: id,
      answer: z.strictObject({ views: z.array(viewAnswer) }),
    },
    async ({ c, params }) => {
      await views.remove(params["id"]!, readerOf(c));
      return { views: views.list(readerOf(c)).map((view) => listedView(view, readerOf(c))) };
    },
  );
}

function readerOf(c: Context<HttpEnvironment>): ViewReader {
  return { ...rightsOf(principalOf(c)), actor: actorOf(c) };
}

function rightsOf(principal: Principal): Omit<ViewReader, "actor"> {
  if (principal.kind === "open") return { owner: null, isAdministrator: true, seesAll: true, mayShare: true };
  if (principal.kind !== "person") return { owner: null, isAdministrator: false, seesAll: false, mayShare: false };
  const { id: ownerId, name, role } = principal.person;
  return {
    owner: { id: ownerId, name },
    isAdministrator: role === "administrator",
    seesAll: false,
    mayShare: role !== "viewer",
  };
}

function listedView(view: SavedView, { owner, isAdministrator }: ViewReader): z.infer<typeof viewAnswer> {
  const { createdAtMs, updatedAtMs, ...rest } = view;
  return {
    ...rest,
    mayChange: isAdministrator || (view.owner !== null && view.owner.id === owner?.id),
    createdAt: instantText(createdAtMs),
    updatedAt: instantText(updatedAtMs),
  };
}
