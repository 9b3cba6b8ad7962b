declare module "oidc-provider" {
  import type { RequestListener } from "node:http";

  /** As much of it as the tests use; the package brings no types. */
  export class Provider {
    readonly Client: { prototype: { redirectUriAllowed(uri: string): boolean } };
    constructor(issuer: string, configuration: Configuration);
    callback(): RequestListener;
  }

  interface Configuration {
    clients: object[];
    claims: Record<string, string[]>;
    cookies: { keys: string[] };
    pkce: { required: () => boolean };
    features: Record<string, { enabled: boolean }>;
    findAccount: (context: unknown, id: string) => { accountId: string; claims: () => Record<string, unknown> };
  }
}
