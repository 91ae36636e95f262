import { collectionPath, lineageOf, type Resource } from "@authpi/schema";
import { exampleCall, nounOf } from "./typescript-examples.ts";
import { type Method, methodsOf } from "./typescript-methods.ts";
import type { NamedTypes } from "./typescript-named.ts";
import { camel, comment, pascal } from "./typescript-text.ts";

/** The classes of the client: a collection and a handle for each noun, and the root that they hang on. */
export const classesOf = (resources: readonly Resource[], types: NamedTypes): string => {
  const nouns = resources.filter((resource) => !isSelf(resource));
  const classes = nouns.flatMap((noun) => [
    ...(noun.single ? [] : [collectionOf(noun, nameOf(noun, nouns), methodsOf(noun, types, "collection"))]),
    ...(hasHandle(noun, nouns) ? [handleOf(noun, nouns, methodsOf(noun, types, "handle"))] : []),
  ]);
  const body = [rootOf(nouns), ...classes].join("\n");
  return `${importsOf(types, body)}\n${body}`;
};

/** A noun of which nothing can be asked for by its id has no handle. */
const hasHandle = (noun: Resource, nouns: readonly Resource[]): boolean =>
  noun.single || Object.values(noun.operations).some(({ item }) => item) || nouns.some(({ parent }) => parent === noun);

/** What is no collection (`me`) is the hand-written client's to answer. */
const isSelf = (resource: Resource): boolean => resource.name === resource.one && !resource.parent;

/** Nouns of one name are told apart by what they stand below; one that is nearer to the top than all others has the plain name. */
const nameOf = (noun: Resource, nouns: readonly Resource[]): string => {
  const others = nouns.filter((one) => one !== noun && one.name === noun.name);
  const nearest = others.every((other) => lineageOf(other).length > lineageOf(noun).length);
  return nearest || !noun.parent ? noun.name : `${noun.parent.one}${pascal(noun.name)}`;
};
const classOf = (noun: Resource, nouns: readonly Resource[]): string => pascal(nameOf(noun, nouns));
const handleClassOf = (noun: Resource, nouns: readonly Resource[]): string =>
  noun.single
    ? classOf(noun, nouns)
    : `${hasOwnName(noun, nouns) ? pascal(noun.one) : pascal(`${noun.parent?.one}-${noun.one}`)}Handle`;
const hasOwnName = (noun: Resource, nouns: readonly Resource[]): boolean =>
  nameOf(noun, nouns) === noun.name || nouns.every((other) => other === noun || other.one !== noun.one);

/** The account is the tree's implicit root: accounts and what stands below one of them are both at the top. */
const isTop = (noun: Resource): boolean => lineageOf(noun).length <= 2;

const collectionOf = (noun: Resource, name: string, methods: readonly Method[]): string =>
  [
    comment([noun.description], ""),
    `export class ${pascal(name)} {\n`,
    "  readonly #http: Http;\n  readonly #path: string;\n\n",
    "  constructor(http: Http, parent: string) {\n",
    `    this.#http = http;\n    this.#path = \`\${parent}/${noun.segment}\`;\n  }\n`,
    ...methods.map(methodText),
    "}\n",
  ].join("");

const handleOf = (noun: Resource, nouns: readonly Resource[], methods: readonly Method[]): string => {
  const children = noun.parent ? nouns.filter(({ parent }) => parent === noun) : [];
  const one = children.length ? `One ${nounOf(noun)} and what stands below it.` : `One ${nounOf(noun)}.`;
  return [
    comment([noun.single ? noun.description : one], ""),
    `export class ${handleClassOf(noun, nouns)} {\n`,
    ...children.map((child) => propertyText(child, nouns)),
    "  readonly #http: Http;\n  readonly #path: string;\n\n",
    "  constructor(http: Http, path: string) {\n    this.#http = http;\n    this.#path = path;\n",
    ...children.map((child) => `    this.${child.name} = new ${classOf(child, nouns)}(http, ${placeOf(child)});\n`),
    "  }\n",
    ...methods.map(methodText),
    ...children
      .filter((child) => !child.single && hasHandle(child, nouns))
      .map((child) => enterText(child, nouns, `\${this.#path}/${child.segment}`)),
    "}\n",
  ].join("");
};

const rootOf = (nouns: readonly Resource[]): string => {
  const tops = nouns.filter(isTop);
  return [
    comment(["What the client's tree starts with: the accounts, and what stands below the credential's account."], ""),
    "export class AdminTree {\n",
    ...tops.map((top) => propertyText(top, nouns)),
    "  readonly #http: Http;\n\n  constructor(http: Http) {\n    this.#http = http;\n",
    ...tops.map((top) => `    this.${top.name} = new ${classOf(top, nouns)}(http, "${parentPath(top)}");\n`),
    "  }\n",
    ...tops.map((top) => enterText(top, nouns, collectionPath(top))),
    "}\n",
  ].join("");
};

/** A collection finds its own segment below its parent's path; what is single is a handle, and takes the path itself. */
const placeOf = ({ single, segment }: Resource): string => (single ? `\`\${path}/${segment}\`` : "path");

/** `{account_id}` stays in the path: the core fills it in once it knows the account. */
const parentPath = (noun: Resource): string => collectionPath(noun).slice(0, -noun.segment.length - 1);

const propertyText = (noun: Resource, nouns: readonly Resource[]): string =>
  `${comment([noun.description], "  ")}  readonly ${noun.name}: ${classOf(noun, nouns)};\n`;

const enterText = (noun: Resource, nouns: readonly Resource[], path: string): string => {
  const id = camel(noun.param);
  const handle = handleClassOf(noun, nouns);
  const about = [
    `One ${nounOf(noun)}, by its id. Sends nothing.`,
    "@throws {TypeError} The id is empty, or holds what would lead elsewhere.",
    `@example\nconst ${noun.one} = ${exampleCall(noun, "handle")};`,
  ];
  return [
    `\n${comment(about, "  ")}`,
    `  ${noun.one}(${id}: string): ${handle} {\n`,
    `    return new ${handle}(this.#http, \`${path}/\${segment(${id}, "${id}")}\`);\n  }\n`,
  ].join("");
};

const methodText = ({ doc, signature, body }: Method): string =>
  `\n${comment(doc, "  ")}  ${signature} {\n    ${body}\n  }\n`;

const importsOf = (types: NamedTypes, body: string): string => {
  const code = body.replaceAll(/^ *(?:\/\*\*|\*).*$/gm, "");
  const used = [...types.all.keys()].filter((name) => new RegExp(`\\b${name}\\b`).test(code)).sort();
  return [
    'import type { Http } from "../http.ts";\n',
    'import { segment } from "../ids.ts";\n',
    'import type { CallOptions } from "../options.ts";\n',
    'import type { Page } from "../pages.ts";\n',
    `import type {\n${used.map((name) => `  ${name},\n`).join("")}} from "./types.ts";\n`,
  ].join("");
};
