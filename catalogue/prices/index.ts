// One line for each file of this folder, so that the bundler takes them in. A test checks that none is forgotten.
import cohere from "./cohere.json" with { type: "json" };

/** Our own dated prices as they are written, not yet checked: `packages/server/src/prices/catalogue.ts` does that. */
export const priceFiles: unknown[] = [cohere];
