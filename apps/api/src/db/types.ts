import pg from "pg";

const INT8 = 20;

/** pg's own parsers, but 64-bit integers are numbers: what is stored stays far below 2^53. */
export const parserOf: typeof pg.types.getTypeParser = (oid: number, format?: string) =>
  oid === INT8 ? Number : pg.types.getTypeParser(oid, format as "text");
