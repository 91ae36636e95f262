/** Beside the results, not in them, so that they stay what came over the wire; an entry goes with its result. */
const etags = new WeakMap<object, string>();

/** Remembers the ETag that a result came with. */
export const keepEtag = (result: object, etag: string | undefined): void => {
  if (etag) etags.set(result, etag);
};

/**
 * The ETag of a result of `get`, `create`, `update` or an action: give it as `ifMatch`, so that a write happens only if nobody
 * else has written since. Throws a TypeError for anything else, because a write without an ETag would be unconditional.
 *
 * @example
 * const issuer = await admin.issuers.get(issuerId);
 * await admin.issuers.update(issuerId, { name: "acme" }, { ifMatch: etagOf(issuer) });
 */
export const etagOf = (result: object): string => {
  const etag = etags.get(result);
  if (etag) return etag;
  throw new TypeError("etagOf takes a result of get, create, update or an action as it was returned, not a copy");
};
