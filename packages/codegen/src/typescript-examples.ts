import { lineageOf, type Operation, type Resource } from "@authpi/schema";
import { plain } from "./json-schema.ts";
import { exampleOf } from "./openapi/example-of.ts";
import { literal } from "./typescript-text.ts";

export type Place = "collection" | "handle";

/** How a reader gets there: `admin.issuer("i_…").organizations`. */
export const exampleCall = (resource: Resource, place: Place): string => {
  const steps = lineageOf(resource)
    .slice(resource.parent ? 1 : 0)
    .map((step, at, all) =>
      step.single || (place === "collection" && at === all.length - 1)
        ? step.name
        : `${step.one}("${exampleIdOf(step)}")`,
    );
  return ["admin", ...steps].join(".");
};

/** A call of the operation, with the body that the API's reference shows. */
export const exampleOfCall = (resource: Resource, name: string, operation: Operation, place: Place): string => {
  const call = `${exampleCall(resource, place)}.${name}`;
  const id = operation.item && place === "collection" ? [`"${exampleIdOf(resource)}"`] : [];
  const body = operation.body && literal(exampleOf(operation.body), Math.min(76, 82 - call.length));
  const query =
    operation.query?.required?.length && literal(exampleOf(operation.query), Math.min(76, 82 - call.length));
  const args = [...id, ...(body && body !== "{}" ? [body] : []), ...(query ? [query] : [])].join(", ");
  switch (operation.kind) {
    case "list":
      return `for (const one of await ${call}(${[...id, ...(operation.query?.properties.limit ? ["{ limit: 20 }"] : query ? [query] : [])].join(", ")})) console.log(one);`;
    case "delete":
      return `await ${call}(${args});`;
    case "get":
    case "create":
    case "update":
      return `const ${resource.one} = await ${call}(${args});`;
    default:
      return `const answer = await ${call}(${args});`;
  }
};

/** The form of an id, as the description of the field tells it: the noun's own, or the one that it is addressed by. */
export const exampleIdOf = (resource: Resource): string => {
  if (resource.key) return String(plain(resource.key).examples?.[0]);
  const answers = Object.values(resource.operations).flatMap(({ returns }) => (returns ? [plain(returns)] : []));
  const fields = answers.flatMap(({ properties }) => [properties?.id, properties?.[resource.param]]);
  const forms = fields.flatMap((field) => /`(\w+_…)`/.exec(field?.description ?? "")?.[1] ?? []);
  return forms[0] ?? "…";
};

/** The noun as the summaries call it: `API key`. */
export const nounOf = (resource: Resource): string =>
  resource.operations.get?.summary.replace(/^Get an? /, "") ??
  resource.one.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
