import css from "./style.css?inline";

const sheets = new WeakMap<Document, CSSStyleSheet>();

/** Gives a shadow root the components' style: one sheet for all of a document, which no content security policy forbids. */
export function adoptStyle(root: ShadowRoot): void {
  const page = root.ownerDocument;
  let sheet = sheets.get(page);
  if (sheet === undefined) {
    const { CSSStyleSheet: Sheet } = page.defaultView ?? globalThis;
    sheet = new Sheet();
    sheet.replaceSync(css);
    sheets.set(page, sheet);
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}
