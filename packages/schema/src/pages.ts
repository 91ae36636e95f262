import { type TSchema, Type } from "typebox";

/** The query of every list that comes in pages. */
export const PageQuery = Type.Object({
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, default: 50, description: "How many items the page holds at most." }),
  ),
  cursor: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 2000,
      description: "`next_cursor` of the page before, with the same path and filters.",
    }),
  ),
});

/** The envelope of one resource. */
export const dataOf = (schema: TSchema) => Type.Object({ data: schema });

/** The envelope of a page. */
export const pageOf = (schema: TSchema) =>
  Type.Object({
    data: Type.Array(schema),
    has_more: Type.Boolean({ description: "Whether there are items behind this page." }),
    next_cursor: Type.Unsafe<string | null>({
      type: ["string", "null"],
      description: "Give it as `cursor` to get the next page.",
    }),
  });
