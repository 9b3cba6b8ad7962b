/** A small text that the browser keeps between visits. Where it may not keep any, nothing is remembered and nothing breaks. */
export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

/** Null forgets. */
export function remember(key: string, text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, text);
  } catch {
    // Storage is forbidden or full: what was chosen holds until the page is closed.
  }
}

const PREFIX = "outlay.";
