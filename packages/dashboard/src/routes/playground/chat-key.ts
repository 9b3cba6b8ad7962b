import { useState } from "react";

/** The key typed for a provider. It lives as long as the tab, in the tab alone; nothing of it is stored on the server. */
export function useChatKey(provider: string): [string, (key: string) => void] {
  const [typed, setTyped] = useState<Record<string, string>>({});
  const change = (key: string) => {
    setTyped((before) => ({ ...before, [provider]: key }));
    try {
      if (key === "") sessionStorage.removeItem(NAME + provider);
      else sessionStorage.setItem(NAME + provider, key);
    } catch {
      // Storage may be forbidden: then the key is forgotten with the page.
    }
  };
  return [typed[provider] ?? kept(provider), change];
}

function kept(provider: string): string {
  try {
    return sessionStorage.getItem(NAME + provider) ?? "";
  } catch {
    return "";
  }
}

const NAME = "outlay.playground.key.";
