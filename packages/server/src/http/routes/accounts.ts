import { InvalidInput } from "@outlay/core";
import type { Context } from "hono";
import { z } from "zod";
import type { Visit } from "../../access/account-parts.ts";
import type { Accounts } from "../../access/accounts.ts";
import { PASSWORD_CHARACTERS } from "../../access/password.ts";
import { actorOf, principalOf } from "../authorize.ts";
import type { HttpEnvironment } from "../environment.ts";
import { clientOf, serverUrlOf } from "../guards.ts";
import { instantText } from "../instant-text.ts";
import { addRoute, parseAs } from "../route.ts";
import type { App } from "../route.ts";
import { emailText, personAnswer, personName, roleText, wirePerson } from "./people.ts";

const tag = "Account";
const path = "/api/v1/account";

const password = z
  .string()
  .min(PASSWORD_CHARACTERS.min, `expected at least ${PASSWORD_CHARACTERS.min} characters`)
  .max(PASSWORD_CHARACTERS.max, `expected at most ${PASSWORD_CHARACTERS.max} characters`)
  .meta({ format: "password" });
/** Of somebody who signs in: how long passwords are now says nothing about older ones. */
const presentedPassword = z.string().min(1).max(PASSWORD_CHARACTERS.max).meta({ format: "password" });
const token = z.string().min(1).max(128).meta({ description: "From the link, behind its #" });
const example = { email: "ada@example.com", password: "a long sentence is good" };

const stateAnswer = z
  .strictObject({
    state: z.enum(["open", "set_up", "sign_in", "signed_in"]).meta({
      description:
        "open: no accounts, everything is allowed to whoever reaches it · set_up: the first administrator is to be made · sign_in · signed_in",
    }),
    person: personAnswer.nullable(),
    signIn: z.strictObject({
      provider: z.string().nullable().meta({ description: "Name of the OpenID Connect provider" }),
      passwordCharacters: z.number().int().meta({ description: "A new password has at least so many" }),
    }),
    setUp: z.strictObject({
      allowed: z.boolean().meta({ description: "There is no account yet, and one can be made here" }),
      needsCode: z.boolean().meta({ description: "The one that the server printed in its terminal" }),
    }),
  })
  .meta({ id: "Account" });

const sessionAnswer = z.strictObject({
  id: z.string(),
  createdAt: z.string(),
  lastUsedAt: z.string().meta({ description: "To the day" }),
  expiresAt: z.string(),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  current: z.boolean(),
});
const sessionsAnswer = z.strictObject({ sessions: z.array(sessionAnswer) });

const setUpBody = z.strictObject({
  code: z.string().max(64).optional().meta({ description: "From the server's terminal, when others can reach it" }),
  name: personName,
  email: emailText,
  password,
});
const signInBody = z.strictObject({ email: z.string().min(1).max(254), password: presentedPassword });
const profileBody = z.strictObject({ name: personName });
const passwordBody = z.strictObject({ currentPassword: presentedPassword, newPassword: password });
const linkBody = z.strictObject({ token });
const linkAnswer = z.strictObject({
  kind: z.enum(["invitation", "password"]),
  email: z.string().nullable().meta({ description: "null: say your own" }),
  role: roleText,
  expiresAt: z.string(),
});
const acceptBody = z.strictObject({
  token,
  name: personName.optional().meta({ description: "Of an invitation" }),
  email: emailText.optional().meta({ description: "Of an invitation that names none" }),
  password,
});
const providerBody = z.strictObject({
  returnTo: z
    .string()
    .regex(/^\/(?![/\\])[^\\]*$/, "expected a path of this server")
    .max(2_048)
    .default("/"),
});

/** Who is signed in, and how to sign in, out and up. `accounts` is null in a mount: its application knows who comes. */
export function addAccountRoutes(app: App, accounts: Accounts | null): void {
  addState(app, accounts);
  if (accounts === null) return;
  addSigningIn(app, accounts);
  addOwnAccount(app, accounts);
  addLinks(app, accounts);
  addProvider(app, accounts);
}

function addState(app: App, accounts: Accounts | null): void {
  addRoute(
    app,
    {
      method: "get",
      path,
      access: "public",
      tag,
      summary: "Who is signed in, and how one can",
      description: "Renews the session of whoever asks.",
      answer: stateAnswer,
    },
    async ({ c }) => {
      const principal = principalOf(c);
      const person = principal.kind === "person" ? (accounts?.people.get(principal.person.id) ?? null) : null;
      const isOpen = accounts === null || accounts.isOpen();
      const canSetUp = accounts !== null && !accounts.hasAny();
      const state = {
        state: person !== null ? "signed_in" : isOpen ? "open" : canSetUp ? "set_up" : "sign_in",
        person: person === null ? null : wirePerson(person),
        signIn: { provider: accounts?.providerName ?? null, passwordCharacters: PASSWORD_CHARACTERS.min },
        setUp: { allowed: canSetUp, needsCode: canSetUp && !isOpen },
      } satisfies z.infer<typeof stateAnswer>;
      const cookies = person === null || accounts === null ? [] : await accounts.renew(c.req.raw.headers, visitOf(c));
      return answerWith(state, cookies);
    },
  );
}

function addSigningIn(app: App, accounts: Accounts): void {
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/set-up`,
      access: "public",
      tag,
      summary: "Make the first administrator, and sign in",
      description: "Once. From then on everybody has to sign in.",
      body: { schema: setUpBody, example: { name: "Ada Lovelace", ...example } },
      answer: stateAnswer.shape.person.unwrap(),
    },
    async ({ c, body }) => {
      const { code = null, ...wanted } = parseAs(setUpBody, await body(), "invalid_body");
      const { person, cookies } = await accounts.setUp({ code, ...wanted }, visitOf(c));
      return answerWith(wirePerson(person), cookies);
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/sign-in`,
      access: "public",
      tag,
      summary: "Sign in with a password",
      description:
        "The session is a cookie. Failed tries are counted by account and by address: then 429, with the header Retry-After.",
      body: { schema: signInBody, example },
      answer: personAnswer,
    },
    async ({ c, body }) => {
      const wanted = parseAs(signInBody, await body(), "invalid_body");
      const { person, cookies } = await accounts.signIn(wanted, visitOf(c));
      return answerWith(wirePerson(person), cookies);
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/sign-out`,
      access: "public",
      tag,
      summary: "End this session",
      answer: z.strictObject({ signedOut: z.literal(true) }),
    },
    async ({ c }) => answerWith({ signedOut: true }, await accounts.signOut(c.req.raw.headers, visitOf(c))),
  );
}

function addOwnAccount(app: App, accounts: Accounts): void {
  addRoute(
    app,
    {
      method: "patch",
      path,
      access: "self",
      tag,
      summary: "Change one's own name",
      body: { schema: profileBody, example: { name: "Ada King" } },
      answer: personAnswer,
    },
    async ({ c, body }) => {
      const wanted = parseAs(profileBody, await body(), "invalid_body");
      return wirePerson(await accounts.changePerson(ownId(c), wanted, actorOf(c)));
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/password`,
      access: "self",
      tag,
      summary: "Change one's own password",
      description: "Ends every session, and begins a new one here.",
      body: {
        schema: passwordBody,
        example: { currentPassword: example.password, newPassword: "an even longer sentence" },
      },
      answer: personAnswer,
    },
    async ({ c, body }) => {
      const wanted = parseAs(passwordBody, await body(), "invalid_body");
      const { person, cookies } = await accounts.changePassword(ownId(c), wanted, visitOf(c));
      return answerWith(wirePerson(person), cookies);
    },
  );
  const sessions = async (c: Context<HttpEnvironment>) => ({
    sessions: (await accounts.sessionsOf(ownId(c), c.req.raw.headers)).map(
      ({ createdAtMs, lastUsedAtMs, expiresAtMs, id, address, userAgent, current }) => ({
        id,
        address,
        userAgent,
        current,
        createdAt: instantText(createdAtMs),
        lastUsedAt: instantText(lastUsedAtMs),
        expiresAt: instantText(expiresAtMs),
      }),
    ),
  });
  addRoute(
    app,
    {
      method: "get",
      path: `${path}/sessions`,
      access: "self",
      tag,
      summary: "Where one is signed in",
      answer: sessionsAnswer,
    },
    async ({ c }) => sessions(c),
  );
  addRoute(
    app,
    {
      method: "delete",
      path: `${path}/sessions/{id}`,
      access: "self",
      tag,
      summary: "End one of one's own sessions",
      params: z.object({ id: z.string() }),
      answer: sessionsAnswer,
    },
    async ({ c, params }) => {
      await accounts.endSession(ownId(c), params["id"]!, actorOf(c));
      return sessions(c);
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/sign-out-everywhere`,
      access: "self",
      tag,
      summary: "End all of one's own sessions, this one too",
      answer: z.strictObject({ signedOut: z.literal(true) }),
    },
    async ({ c }) => {
      await accounts.signOutEverywhere(ownId(c), actorOf(c));
      return answerWith({ signedOut: true }, await accounts.signOut(c.req.raw.headers, visitOf(c)));
    },
  );
}

function addLinks(app: App, accounts: Accounts): void {
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/link`,
      access: "public",
      tag,
      summary: "What an invitation, or a link for a new password, is for",
      body: { schema: linkBody, example: { token: "4Xy…" } },
      answer: linkAnswer,
    },
    async ({ body }) => {
      const { token: sent } = parseAs(linkBody, await body(), "invalid_body");
      const { expiresAtMs, ...link } = accounts.describeLink(sent);
      return { ...link, expiresAt: instantText(expiresAtMs) };
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/link/accept`,
      access: "public",
      tag,
      summary: "Make the account, or set the password, and sign in",
      body: { schema: acceptBody, example: { token: "4Xy…", name: "Ada Lovelace", password: example.password } },
      answer: personAnswer,
    },
    async ({ c, body }) => {
      const { name = null, email = null, ...wanted } = parseAs(acceptBody, await body(), "invalid_body");
      const { person, cookies } = await accounts.acceptLink({ name, email, ...wanted }, visitOf(c));
      return answerWith(wirePerson(person), cookies);
    },
  );
}

function addProvider(app: App, accounts: Accounts): void {
  addRoute(
    app,
    {
      method: "post",
      path: `${path}/provider`,
      access: "public",
      tag,
      summary: "Begin to sign in with the OpenID Connect provider",
      description: "Answers with the address to which the browser has to go.",
      body: { schema: providerBody, example: { returnTo: "/" } },
      answer: z.strictObject({ url: z.string() }),
    },
    async ({ c, body }) => {
      const { returnTo } = parseAs(providerBody, await body(), "invalid_body");
      const { url, cookies } = await accounts.beginProviderSignIn(returnTo, serverUrlOf(c), visitOf(c));
      return answerWith({ url }, cookies);
    },
  );
  addRoute(
    app,
    {
      method: "get",
      path: `${path}/provider/callback`,
      access: "public",
      tag,
      summary: "Where the OpenID Connect provider sends the browser back to",
      query: z.object(Object.fromEntries(CALLBACK_PARAMETERS.map((name) => [name, callbackParameter]))),
      answer: { mediaTypes: ["text/html"], description: "A redirect to the page where it began" },
    },
    async ({ c }) => {
      const query = new URL(c.req.url).searchParams;
      const { location, cookies } = await accounts.endProviderSignIn(query, c.req.raw.headers, visitOf(c));
      const headers = new Headers({ location });
      for (const cookie of cookies) headers.append("set-cookie", cookie);
      return new Response(null, { status: 302, headers });
    },
  );
}

const callbackParameter = z.string().optional().meta({ description: "As the provider sends it" });
/** Of the standard, and those that large providers add. */
const CALLBACK_PARAMETERS = [
  "code",
  "state",
  "iss",
  "session_state",
  "scope",
  "error",
  "error_description",
  "error_uri",
  "authuser",
  "prompt",
  "hd",
];

/** The person that the rule `self` let in. */
function ownId(c: Context<HttpEnvironment>): string {
  const principal = principalOf(c);
  if (principal.kind === "person") return principal.person.id;
  throw new InvalidInput("no_account", "This is about the account of whoever has signed in, and nobody has", {
    status: 403,
  });
}

function visitOf(c: Context<HttpEnvironment>): Visit {
  const { address, isSecure } = clientOf(c);
  return { address, isSecure, userAgent: c.req.header("user-agent")?.slice(0, 256) ?? null };
}

function answerWith(value: unknown, cookies: string[]): Response {
  const headers = new Headers({ "content-type": "application/json", "cache-control": "no-store" });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(JSON.stringify(value), { headers });
}
