export * from "./errors.ts";
export * from "./event.ts";
export * from "./meters.ts";
export * from "./price.ts";
export * from "./rating.ts";
export * from "./vocabulary.ts";
