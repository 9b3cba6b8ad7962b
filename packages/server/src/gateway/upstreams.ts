import { compatibleProvider, PROVIDERS, type Provider } from "@outlay/providers";

/** What a user sets about one provider, by its name in the gateway's path. */
export interface ProviderSetting {
  /** Where it answers; may have a path. */
  baseUrl: string;
  /** As in events and prices, where that is not the name. */
  billedAs?: string | undefined;
  /** Whose language it speaks: one of our providers. Default: its own when we know it, otherwise OpenAI's. */
  language?: string | undefined;
  /** Environment variable with the key for clients that bring none. */
  apiKeyEnv?: string | undefined;
}

/** Where the calls for one name in the path go, and how they are read. */
export interface Upstream {
  provider: Provider;
  /** Scheme, host and port; null as long as the settings give this provider no address. */
  origin: string | null;
  /** In front of every path; empty or without a slash at its end. */
  basePath: string;
  /** For clients that bring no key. */
  apiKey: string | null;
}

/**
 * All that the gateway forwards to, by name: every provider we know, as the settings change and extend them. No other address
 * is ever contacted. `mockProviders` sends all of them to one running `outlay mock-provider`.
 */
export function gatewayUpstreams(options: {
  settings: Record<string, ProviderSetting>;
  mockProviders: string | null;
  environment: Record<string, string | undefined>;
}): Map<string, Upstream> {
  const { settings, mockProviders, environment } = options;
  const names = [...new Set([...PROVIDERS.keys(), ...Object.keys(settings)])];
  return new Map(
    names.map((name) => {
      const setting = Object.hasOwn(settings, name) ? settings[name] : undefined;
      const provider = providerOf(name, setting);
      const baseUrl = mockProviders === null ? provider.baseUrl : `${mockProviders.replace(/\/+$/, "")}/${name}`;
      const url = baseUrl === null ? null : new URL(baseUrl);
      const upstream: Upstream = {
        provider,
        origin: url?.origin ?? null,
        basePath: url?.pathname.replace(/\/+$/, "") ?? "",
        apiKey: (setting?.apiKeyEnv === undefined ? undefined : environment[setting.apiKeyEnv]) || null,
      };
      return [name, upstream];
    }),
  );
}

function providerOf(name: string, setting: ProviderSetting | undefined): Provider {
  const known = PROVIDERS.get(name);
  if (setting === undefined) return known!;
  const language = setting.language === undefined ? known : PROVIDERS.get(setting.language);
  const base = language === undefined ? compatibleProvider(name, setting.baseUrl) : language;
  return {
    ...base,
    name,
    billedAs: setting.billedAs ?? known?.billedAs ?? name,
    baseUrl: setting.baseUrl.replace(/\/+$/, ""),
  };
}
