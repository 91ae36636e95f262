import { ssoDomains } from "@authpi/schema";
import { nextStamp } from "../../http/etag.ts";
import { notFound, Problem } from "../../http/problem.ts";
import { prepared, room } from "../../http/room.ts";
import { DOMAINS_MAX, faultOf, lookUp, newTxtValue, requireHost, txtRecordOf } from "../domain-proofs.ts";
import { presentSsoDomain } from "../organizations/sso.ts";
import * as organizations from "../organizations/store.ts";
import type { Holder } from "../organizations/touched.ts";
import * as store from "./store.ts";

/** A domain, and what it needs to know of the organization that it is a part of, whose time of the last write is its own. */
interface Row {
  domain: organizations.SsoDomainRow;
  holder: Holder;
  updated_at: number;
}

export const ssoDomainRoom = room<typeof ssoDomains, Row>(ssoDomains, {
  load: async ({ tx, params }) => {
    const holder = await organizations.lock(tx, params.issuer_id, params.org_id, "noKeyUpdate");
    const domain = holder && (await store.find(tx, holder, params.domain));
    return domain && { domain, holder, updated_at: holder.updated_at };
  },
  operations: {
    create: async ({ tx, params, body, deps, emit }) => {
      const name = requireHost("domain", body.domain);
      const { issuer_id, org_id } = params;
      const holder = await organizations.lock(tx, issuer_id, org_id, "noKeyUpdate");
      if (!holder) throw notFound();
      if ((await store.countOf(tx, holder)) >= DOMAINS_MAX) {
        throw new Problem("conflict", `An organization has up to ${DOMAINS_MAX} domains.`);
      }
      const now = deps.clock.now();
      const updated_at = nextStamp(now, holder);
      const values = { issuer_id, org_id, domain: name, txt_record_value: newTxtValue(deps), added_at: now };
      const domain = await store.insert(tx, holder, updated_at, values);
      if (!domain) throw new Problem("conflict", "This domain belongs to an organization of the issuer already.");
      emit("organization.sso.domain-created", shown(domain));
      return { domain: name, ...txtRecordOf(name, domain.txt_record_value), updated_at };
    },

    delete: async ({ tx, row, deps, emit }) => {
      const { domain, holder } = row;
      const updated_at = nextStamp(deps.clock.now(), row);
      await store.remove(tx, holder, updated_at, domain.domain);
      emit("organization.sso.domain-deleted", shown(domain));
      return { domain: domain.domain, updated_at };
    },

    verify: prepared(
      ({ params, deps }) => lookUp(deps, params.domain),
      async ({ tx, row, deps, emit, unchanged, prepared: found }) => {
        const { domain, holder } = row;
        const isVerified = domain.verified_at !== null;
        const fault = isVerified ? undefined : faultOf(domain.domain, domain.txt_record_value, found);
        if (isVerified || fault !== undefined) {
          unchanged();
          return { verified: isVerified, error: fault ?? null, updated_at: row.updated_at };
        }
        const now = deps.clock.now();
        const updated_at = nextStamp(now, row);
        const after = shown(await store.verify(tx, holder, updated_at, domain.domain, now));
        emit("organization.sso.domain-verified", after, { verified: false, verified_at: null });
        return { verified: true, error: null, updated_at };
      },
    ),
  },
});

/** The domain as events tell of it. */
const shown = (row: organizations.SsoDomainRow) => ({
  id: row.domain,
  account_id: row.account_id,
  issuer_id: row.issuer_id,
  org_id: row.org_id,
  ...presentSsoDomain(row),
});
