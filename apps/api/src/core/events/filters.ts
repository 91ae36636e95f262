import { type EventType, eventTypesOf, meteredEventTypes } from "@authpi/schema";
import { type Expression, type SqlBool, sql } from "kysely";
import { idAt } from "../../domain/ids.ts";
import { invalidField } from "../../http/problem.ts";

type Party = (typeof parties)[number];
const parties = ["user_id", "client_id", "agent_id", "key_id", "org_id", "issuer_id"] as const;

export type EventFilters = { [P in Party]?: string } & {
  types?: EventType[];
  /** Whole milliseconds, half-open. */
  after?: number;
  before?: number;
};
type Given = { [P in Party]?: string } & { event_types?: string; after?: number; before?: number };

/** @throws where a type or a family does not exist. */
export const filtersOf = ({ event_types, after, before, ...given }: Given): EventFilters => {
  const filters: EventFilters = {};
  for (const party of parties) if (given[party] !== undefined) filters[party] = given[party];
  if (after !== undefined) filters.after = Math.ceil(after);
  if (before !== undefined) filters.before = Math.ceil(before);
  if (event_types !== undefined) filters.types = typesOf(event_types);
  return filters;
};

const typesOf = (list: string): EventType[] => {
  const types = list.split(",").flatMap((entry) => {
    const named = eventTypesOf(entry);
    if (!named) throw invalidField("event_types", `names ${JSON.stringify(entry)}, which is no type and no family`);
    return named;
  });
  return [...new Set(types)];
};

/** The parties that are asked for, those of the fewest events first. */
export const partiesOf = (filters: EventFilters): Party[] => parties.filter((party) => filters[party] !== undefined);

export const isParty = (filters: EventFilters, party: Party): Expression<SqlBool> =>
  sql<SqlBool>`${sql.ref(`events.${party}`)} = ${filters[party]}`;

/** What the filters ask of an event. */
export const conditionsOf = (filters: EventFilters): Expression<SqlBool>[] => [
  ...partiesOf(filters).map((party) => isParty(filters, party)),
  ...(filters.types ? [sql<SqlBool>`events.type = any (${filters.types}::text[])`] : []),
  ...kindOf(filters),
  ...between(filters),
];

/** Types that are all metered, or all not, are in the partitions of their kind alone. */
export const kindOf = ({ types }: EventFilters): Expression<SqlBool>[] => {
  const kinds = [...new Set(types?.map((type) => meteredEventTypes.includes(type)))];
  return kinds.length === 1 ? [sql<SqlBool>`events.metered = ${kinds[0]}`] : [];
};

/** The time says which partitions are read; an id begins with it, which says where in an index. */
const between = ({ after, before }: EventFilters): Expression<SqlBool>[] => [
  ...(after === undefined
    ? []
    : [sql<SqlBool>`events.created_at >= ${after} and events.id >= ${idAt("event", after)}`]),
  ...(before === undefined
    ? []
    : [sql<SqlBool>`events.created_at < ${before} and events.id < ${idAt("event", before)}`]),
];

/** The same in whole months, as the partitions are: no event of theirs is left out. */
export const monthsOf = ({ after, before }: EventFilters): Expression<SqlBool>[] => [
  ...(after === undefined ? [] : [sql<SqlBool>`events.created_at >= ${monthOf(after, 0)}`]),
  ...(before === undefined ? [] : [sql<SqlBool>`events.created_at < ${monthOf(before, 1)}`]),
];

const monthOf = (time: number, later: number): number => {
  const date = new Date(time);
  const month = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + later);
  // The last month that a date can tell has no next one.
  return Number.isNaN(month) ? time : month;
};
