import type { AdapterFactory } from "oidc-provider";

/** The storage of a runtime that serves its metadata alone: nothing is found in it, and nothing can be put there. */
export const emptyAdapter: AdapterFactory = (model) => {
  const nothing = async () => undefined;
  const refused = async () => {
    throw new Error(`Nothing stores a ${model}.`);
  };
  return {
    find: nothing,
    findByUid: nothing,
    findByUserCode: nothing,
    upsert: refused,
    consume: refused,
    destroy: refused,
    revokeByGrantId: refused,
  };
};
