import { ErrorBody, errorKinds } from "@authpi/schema";
import type { Static } from "typebox";
import { type Json, sortedByKey } from "../json-schema.ts";
import { errorHeaders } from "./headers.ts";
import type { NamedSchemas } from "./named-schemas.ts";
import type { Response } from "./responses.ts";

type Kind = (typeof errorKinds)[keyof typeof errorKinds];

/** `components.responses`: what each status means, with an example of each of its errors. */
export const errorResponses = (statuses: ReadonlySet<number>, schemas: NamedSchemas): Record<string, Response> => {
  const byStatus = Object.groupBy(Object.values(errorKinds), ({ status }) => status);
  const schema = schemas.refer(ErrorBody);
  const responses = Object.entries(byStatus)
    .filter(([status]) => statuses.has(Number(status)))
    .map(([status, kinds = []]): [string, Response] => [
      `Error${status}`,
      {
        description: kinds.map(({ error, meaning }) => `\`${error}\`: ${meaning}`).join("\n\n"),
        headers: errorHeaders(Number(status)),
        content: {
          "application/json": {
            schema,
            examples: Object.fromEntries(kinds.map((kind) => [kind.error, { value: exampleOfError(kind) }])),
          },
        },
      },
    ]);
  return sortedByKey(Object.fromEntries(responses));
};

const exampleOfError = ({ status, error, retryable, meaning }: Kind): { [key: string]: Json } => {
  const body: Static<typeof ErrorBody> = {
    error,
    error_description: meaning.replaceAll("`", "").replace(/\.$/, ""),
    reference: "req_01kb2m4q7x9w3e5r8t1y6u0p2",
    retryable,
    ...(retryable && status !== 500 && { retry_after: 1 }),
    ...(status === 412 && { current_etag: '"1781222400000"' }),
  };
  const fields = status === 400 ? [{ field: "name", code: "required", message: "is required" }] : undefined;
  return fields ? { ...body, error_description: "name is required", fields } : { ...body };
};
