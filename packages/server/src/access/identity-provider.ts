import { isLoopback } from "@outlay/core";
import * as oidc from "openid-client";

/** How this server is known to an OpenID Connect provider. */
export interface ProviderSettings {
  /** For people. */
  name: string;
  issuer: string;
  clientId: string;
  /** null: a public client, which has none. */
  clientSecret: string | null;
  scopes: readonly string[];
}

/** What has to be remembered between sending a browser to the provider and its coming back. */
export interface ProviderErrand {
  state: string;
  nonce: string;
  codeVerifier: string;
}

/** What came of asking the provider: its answer, its no (or an answer that belongs to another errand), or nothing. */
export type Asked<T> = { kind: "answered"; answer: T } | { kind: "refused" | "unreachable"; reason: string };

/**
 * Signs people in with an OpenID Connect provider: authorization code with PKCE, state and nonce. Failures are answers: this part
 * of the program is a file of its own, where errors would be of classes that nobody else knows.
 */
export interface IdentityProvider {
  begin(callbackUrl: string): Promise<Asked<{ url: string; errand: ProviderErrand }>>;
  /** Claims of the ID token and of the user-info endpoint. */
  end(callbackUrl: string, query: URLSearchParams, errand: ProviderErrand): Promise<Asked<Record<string, unknown>>>;
}

const TIMEOUT_SECONDS = 10;
/** The provider's addresses and keys are read again after so long. */
const DISCOVERY_LIFETIME_MS = 3_600_000;

/** Its addresses come from the provider's discovery document, which is read when somebody first signs in. */
export function openIdentityProvider(settings: ProviderSettings, now: () => number): IdentityProvider {
  let known: { configuration: oidc.Configuration; untilMs: number } | null = null;
  const configuration = async () => {
    if (known === null || known.untilMs <= now()) {
      known = { configuration: await discover(settings), untilMs: now() + DISCOVERY_LIFETIME_MS };
    }
    return known.configuration;
  };
  return {
    begin: (callbackUrl) =>
      asking(async () => {
        const errand = {
          state: oidc.randomState(),
          nonce: oidc.randomNonce(),
          codeVerifier: oidc.randomPKCECodeVerifier(),
        };
        const url = oidc.buildAuthorizationUrl(await configuration(), {
          redirect_uri: callbackUrl,
          scope: settings.scopes.join(" "),
          state: errand.state,
          nonce: errand.nonce,
          code_challenge: await oidc.calculatePKCECodeChallenge(errand.codeVerifier),
          code_challenge_method: "S256",
        });
        return { url: url.href, errand };
      }),
    end: (callbackUrl, query, { state, nonce, codeVerifier }) =>
      asking(async () => {
        const config = await configuration();
        const url = new URL(callbackUrl);
        url.search = query.toString();
        const tokens = await oidc.authorizationCodeGrant(config, url, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: codeVerifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims()!;
        if (config.serverMetadata().userinfo_endpoint === undefined) return { ...claims };
        return { ...(await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims };
      }),
  };
}

async function discover({ issuer, clientId, clientSecret }: ProviderSettings): Promise<oidc.Configuration> {
  const server = new URL(issuer);
  const client = clientSecret === null ? oidc.None() : oidc.ClientSecretBasic(clientSecret);
  const onThisMachine = server.protocol === "http:" && isLoopback(server.hostname);
  return oidc.discovery(server, clientId, undefined, client, {
    timeout: TIMEOUT_SECONDS,
    execute: onThisMachine ? [oidc.allowInsecureRequests] : [],
  });
}

async function asking<T>(ask: () => Promise<T>): Promise<Asked<T>> {
  try {
    return { kind: "answered", answer: await ask() };
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal !== null) return { kind: "refused", reason: refusal };
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "unreachable", reason: `The sign-in provider could not be asked: ${reason}` };
  }
}

function refusalIn(error: unknown): string | null {
  if (error instanceof oidc.AuthorizationResponseError || error instanceof oidc.ResponseBodyError) {
    return `The sign-in provider refused: ${error.error_description ?? error.error}`;
  }
  if (!(error instanceof oidc.ClientError)) return null;
  return error.code?.startsWith("OAUTH_INVALID") === true || error.code?.startsWith("OAUTH_JWT") === true
    ? `What the sign-in provider answered does not belong to this sign-in: ${error.message}`
    : null;
}
