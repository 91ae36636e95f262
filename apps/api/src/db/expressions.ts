import { type RawBuilder, sql } from "kysely";

/** A value for a jsonb column; pg would write a plain array as one of PostgreSQL's own. */
export const jsonb = <T>(value: T): RawBuilder<T> => sql<T>`${JSON.stringify(value)}::jsonb`;

/** A pattern for `ilike` that finds the text anywhere. */
export const containing = (text: string): string => `%${text.replace(/[\\%_]/g, (char) => `\\${char}`)}%`;
