import { ErrorBody, errorKinds, FieldError } from "@authpi/schema";
import { type JsonSchema, plain } from "../json-schema.ts";
import { code, table } from "../markdown.ts";

export const errorsPage = (): string => `# Errors

Every answer of 400 and above has this body; ${code("retryable")} says whether the same request may succeed later.

${fieldsTable(plain(ErrorBody))}

## Catalogue

${table(
  ["Status", "`error`", "Retryable", "Meaning"],
  Object.values(errorKinds).map(({ status, error, retryable, meaning }) => [
    String(status),
    code(error),
    retryable ? "yes" : "no",
    meaning,
  ]),
)}

## Wrong fields

${code("fields")} of an ${code("invalid_request")} names every wrong field, not the first alone:

${fieldsTable(plain(FieldError))}
`;

const fieldsTable = ({ properties = {}, required = [] }: JsonSchema): string =>
  table(
    ["Field", "Present", "Content"],
    Object.entries(properties).map(([name, schema]) => [
      code(name),
      required.includes(name) ? "always" : "where it applies",
      contentOf(schema),
    ]),
  );

const contentOf = ({ type, enum: values, description, items }: JsonSchema): string => {
  const what = values?.map((value) => code(String(value))).join(", ") ?? String(type);
  return [items?.title ? `array of ${items.title}` : what, description].filter(Boolean).join(". ");
};
