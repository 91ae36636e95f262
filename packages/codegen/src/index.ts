export * from "./generate.ts";
export * from "./markdown.ts";
export * from "./seal.ts";
export * from "./stale.ts";
