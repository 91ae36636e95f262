/** The code blocks of one language, in their order; an import that was there before is left out. */
export const blocksOf = (markdown: string, language: string): string[] => {
  const imports = new Set<string>();
  const isNew = (line: string) =>
    !line.startsWith("import ") || (!imports.has(line) && imports.add(line) !== undefined);
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , code = ""]) => code.split("\n").filter(isNew).join("\n"));
};
