import { lineageOf, type Resource, scopeResourceOf } from "@authpi/schema";

/** The tag of a resource: its place in the tree, as the scopes write it. */
export const tagOf = (resource: Resource): string => scopeResourceOf(resource);

export const tagsOf = (resources: readonly Resource[]) =>
  resources.map((resource) => ({
    name: tagOf(resource),
    "x-displayName": displayName(resource),
    description: resource.description,
  }));

/** "API keys", or "Organizations / API keys" for what stands below something other than the account. */
const displayName = (resource: Resource): string =>
  lineageOf(resource)
    .slice(resource.parent ? 1 : 0)
    .map(({ segment }) => words(segment))
    .join(" / ");

const words = (segment: string): string => {
  const text = segment.replaceAll("-", " ").replace(/^api\b/, "API");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
};
