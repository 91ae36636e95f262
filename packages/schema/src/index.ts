export * from "./contract.ts";
export * from "./errors.ts";
export * from "./events.ts";
export * from "./ids.ts";
export * from "./pages.ts";
export * from "./resources/index.ts";
export * from "./routes.ts";
export * from "./scopes.ts";
export { resources } from "./tree.ts";
