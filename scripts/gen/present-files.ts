import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What stands at the paths, and everything else in those folders of theirs that are called `generated`: so that a file that nothing
 * generates any more is found.
 */
export const presentFiles = (root: string, paths: Iterable<string>): Map<string, string> => {
  const wanted = [...paths];
  const folders = new Set(wanted.flatMap((path) => path.match(/^.*\bgenerated(?=\/)/)?.[0] ?? []));
  const found = new Set([...wanted, ...[...folders].flatMap((folder) => filesBelow(root, folder))]);
  return new Map(
    [...found]
      .filter((path) => existsSync(join(root, path)))
      .map((path) => [path, readFileSync(join(root, path), "utf8")]),
  );
};

const filesBelow = (root: string, folder: string): string[] => {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(root, path) : [path];
  });
};
