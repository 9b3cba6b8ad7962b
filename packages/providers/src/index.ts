export * from "./answer-reader.ts";
export * from "./provider.ts";
export * from "./providers.ts";
