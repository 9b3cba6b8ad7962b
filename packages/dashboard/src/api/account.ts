import { queryOptions } from "@tanstack/react-query";
import { getJson, sendJson } from "./client.ts";

/** Somebody with an account. */
export interface Person {
  id: string;
  name: string;
  email: string;
  role: "administrator" | "member" | "viewer";
  user: string;
}

/** Who is signed in, and how one can be. */
export interface Account {
  /** `open`: no accounts, everything is allowed to whoever reaches the server. */
  state: "open" | "set_up" | "sign_in" | "signed_in";
  person: Person | null;
  signIn: { provider: string | null; passwordCharacters: number };
  setUp: { allowed: boolean; needsCode: boolean };
}

export interface Session {
  id: string;
  createdAt: string;
  lastUsedAt: string;
  address: string | null;
  userAgent: string | null;
  current: boolean;
}

/** What an invitation, or a link for a new password, is for. */
export interface OneTimeLink {
  kind: "invitation" | "password";
  email: string | null;
  role: Person["role"];
  expiresAt: string;
}

const PATH = "/api/v1/account";

export const accountQuestion = queryOptions({
  queryKey: ["account"],
  queryFn: ({ signal }) => getJson<Account>(PATH, new URLSearchParams(), signal),
});

export const sessionsQuestion = queryOptions({
  queryKey: ["account", "sessions"],
  queryFn: ({ signal }) => getJson<{ sessions: Session[] }>(`${PATH}/sessions`, new URLSearchParams(), signal),
});

export function linkQuestion(token: string) {
  return queryOptions({
    queryKey: ["account", "link", token],
    queryFn: () => sendJson<OneTimeLink>("POST", `${PATH}/link`, { token }),
    retry: false,
  });
}

export const signIn = (wanted: { email: string; password: string }) =>
  sendJson<Person>("POST", `${PATH}/sign-in`, wanted);

export const signOut = () => sendJson("POST", `${PATH}/sign-out`);

export const signOutEverywhere = () => sendJson("POST", `${PATH}/sign-out-everywhere`);

export const endSession = (id: string) => sendJson("DELETE", `${PATH}/sessions/${encodeURIComponent(id)}`);

export const rename = (name: string) => sendJson<Person>("PATCH", PATH, { name });

export const changePassword = (wanted: { currentPassword: string; newPassword: string }) =>
  sendJson<Person>("POST", `${PATH}/password`, wanted);

export const setUp = (wanted: { code?: string; name: string; email: string; password: string }) =>
  sendJson<Person>("POST", `${PATH}/set-up`, wanted);

export const acceptLink = (wanted: { token: string; name?: string; email?: string; password: string }) =>
  sendJson<Person>("POST", `${PATH}/link/accept`, wanted);

/** The address of the OpenID Connect provider to which the browser has to go. */
export const beginProviderSignIn = (returnTo: string) =>
  sendJson<{ url: string }>("POST", `${PATH}/provider`, { returnTo });
