import {
  billedAs,
  compatibleProvider,
  findRoute,
  PROVIDERS,
  providerOfHost,
  providerOfModel,
  type Provider,
  type Route,
} from "@outlay/providers";

/** Who serves a request, and how it is read. */
export interface ServedBy {
  route: Route;
  /** As in events; `model` tells where nothing else does. */
  billedAs(model: string | null): string;
  /** The address, where it is nobody's that we know. */
  host: string | null;
}

/**
 * Who serves a request; null for what is not measured, such as lists of models. `given` is what the application says.
 * At an address that nobody knows every language is understood, and the maker of the model is billed, or else the address.
 */
export function servedBy(url: URL, method: string, given: string | undefined): ServedBy | null {
  const known = given === undefined ? ofHost(url) : PROVIDERS.get(given.toLowerCase());
  const provider = known ?? anyProvider(given ?? url.host);
  const route = findRoute(provider, method, url.pathname);
  if (route === null) return null;
  if (given !== undefined) return { route, billedAs: () => known?.billedAs ?? billedAs(given) ?? given, host: null };
  if (known !== undefined) return { route, billedAs: () => known.billedAs, host: null };
  return { route, billedAs: (model) => (model === null ? null : providerOfModel(model)) ?? url.host, host: url.host };
}

function ofHost(url: URL): Provider | undefined {
  const name = providerOfHost(url.host);
  return name === null ? undefined : PROVIDERS.get(name);
}

function anyProvider(name: string): Provider {
  const compatible = compatibleProvider(name, "");
  const others = ["anthropic", "google", "ollama", "cohere", "bedrock"].flatMap(
    (known) => PROVIDERS.get(known)!.routes,
  );
  return { ...compatible, routes: [...compatible.routes, ...others] };
}
