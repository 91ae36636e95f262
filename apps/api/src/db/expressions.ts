import { type RawBuilder, sql } from "kysely";

/** A value for a jsonb column; pg would write a plain array as one of PostgreSQL's own. */
export const jsonb = <T>(value: T): RawBuilder<T> => sql<T>`${JSON.stringify(value)}::jsonb`;

/** The same, where the value may be missing: SQL's null, not JSON's. */
export const jsonbOrNull = <T>(value: T | null): RawBuilder<T> | null => (value === null ? null : jsonb(value));

/** A pattern for `ilike` that finds the text anywhere. */
export const containing = (text: string): string => `%${text.replace(/[\\%_]/g, (char) => `\\${char}`)}%`;
