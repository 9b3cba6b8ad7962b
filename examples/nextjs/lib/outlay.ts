import { timingSafeEqual } from "node:crypto";
import { Outlay } from "@outlay/sdk";
import { withOutlay } from "@outlay/sdk/openai";
import { createOutlayHandlers } from "@outlay/server/next";
import OpenAI from "openai";

/** Outlay under /outlay: API, live stream and dashboard. */
export const handlers = createOutlayHandlers({
  basePath: "/outlay",
  authorize: (request) => isDeveloper(request) || hasPassword(request) || askForPassword(),
});

/** Tracks calls straight into the Outlay of this process: no network, no key. */
export const outlay = new Outlay({
  url: "http://localhost/outlay",
  fetch: handlers.fetch,
  spool: false,
  project: "example",
});

/** A client like any other; what it uses is recorded. */
export const openai = withOutlay(new OpenAI(), { outlay });

/** `next dev` on one's own machine. Replace both with the sign-in of your application. */
function isDeveloper(request: Request): boolean {
  return process.env.NODE_ENV === "development" && new URL(request.url).hostname === "localhost";
}

/** Basic authentication with the password in OUTLAY_PASSWORD; nobody while there is none. */
function hasPassword(request: Request): boolean {
  const password = process.env.OUTLAY_PASSWORD;
  const [scheme, encoded = ""] = (request.headers.get("authorization") ?? "").split(" ");
  if (!password || scheme !== "Basic") return false;
  const given = Buffer.from(encoded, "base64").toString().split(":").slice(1).join(":");
  return given.length === password.length && timingSafeEqual(Buffer.from(given), Buffer.from(password));
}

function askForPassword(): Response {
  return new Response("Who are you?", { status: 401, headers: { "www-authenticate": 'Basic realm="Outlay"' } });
}
