import type { Resource } from "@authpi/schema";
import { sealed } from "./seal.ts";
import { classesOf } from "./typescript-classes.ts";
import { namedTypesOf } from "./typescript-named.ts";
import { declarationsOf } from "./typescript-types.ts";

const folder = "packages/admin/src/generated";

/** The generated files of `@authpi/admin`, sealed, by their paths from the repository's root. */
export const adminTree = (resources: readonly Resource[]): Map<string, string> => {
  const types = namedTypesOf(resources);
  const texts = new Map([
    [`${folder}/types.ts`, declarationsOf(types)],
    [`${folder}/tree.ts`, classesOf(resources, types)],
  ]);
  return new Map([...texts].map(([path, text]) => [path, sealed(path, text)]));
};
