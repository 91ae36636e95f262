import { type AccountDomain, accountDomains } from "@authpi/schema";
import type { Deps } from "../../deps.ts";
import { changesBetween } from "../../events/append.ts";
import { nextStamp } from "../../http/etag.ts";
import { invalidField, notFound, Problem } from "../../http/problem.ts";
import { prepared, room } from "../../http/room.ts";
import { findAccount } from "../accounts/load.ts";
import { present, presentDomains, type WholeAccount } from "../accounts/present.ts";
import type { AccountDomainRow } from "../accounts/store.ts";
import { DOMAINS_MAX, faultOf, lookUp, newTxtValue, requireHost } from "../domain-proofs.ts";
import * as store from "./store.ts";

/** A domain, and the account that it is a part of. */
interface Row extends WholeAccount {
  domain: AccountDomainRow;
}

export const accountDomainRoom = room<typeof accountDomains, Row>(accountDomains, {
  load: async ({ tx, params, lock, deps }) => {
    const account = await findAccount(tx, deps.rootIssuerId, params.account_id, { lock, now: deps.clock.now() });
    const domain = account?.domains.find(({ host }) => host === params.domain);
    return account && domain && { ...account, domain };
  },
  operations: {
    list: async ({ tx, params, deps }) => {
      const account = await findAccount(tx, deps.rootIssuerId, params.account_id, {
        lock: false,
        now: deps.clock.now(),
      });
      if (!account) throw notFound();
      return { data: presentDomains(account.domains), has_more: false, next_cursor: null };
    },

    create: async ({ tx, params, body, deps, emit }) => {
      const host = requireHost("host", body.host);
      const account = await findAccount(tx, deps.rootIssuerId, params.account_id, {
        lock: true,
        now: deps.clock.now(),
      });
      if (!account) throw notFound();
      if (account.domains.length >= DOMAINS_MAX) {
        throw new Problem("conflict", `An account has up to ${DOMAINS_MAX} domains.`);
      }
      const stamp = stampFor(deps, account);
      const values = { host, txt_record_value: newTxtValue(deps), added_at: stamp };
      const domain = await store.insert(tx, account.organization, stamp, values);
      if (!domain) throw new Problem("conflict", "This host belongs to an account already.");
      const after = written(account, stamp, [...account.domains, domain]);
      emit("account.domain.added", shown(after, host));
      return present(after);
    },

    delete: async ({ tx, row, deps, emit }) => {
      const { host } = row.domain;
      const stamp = stampFor(deps, row);
      await store.remove(tx, row.organization, stamp, host);
      emit("account.domain.removed", shown(row, host));
      return present(written(row, stamp, othersOf(row)));
    },

    verify: prepared(
      ({ params, deps }) => lookUp(deps, params.domain),
      async ({ tx, row, deps, emit, unchanged, prepared: found }) => {
        const { host, verified_at, txt_record_value } = row.domain;
        if (verified_at !== null) {
          unchanged();
          return present(row);
        }
        const fault = faultOf(host, txt_record_value, found);
        if (fault !== undefined) throw new Problem("conflict", fault);
        const stamp = stampFor(deps, row);
        const domain = await store.update(tx, row.organization, stamp, host, { verified_at: stamp });
        const after = written(row, stamp, [...othersOf(row), domain]);
        emit("account.domain.verified", shown(after, host), changes(row, after));
        return present(after);
      },
    ),

    assign: async ({ tx, row, body, deps, emit, unchanged }) => {
      const { host, verified_at, assigned_issuer_id } = row.domain;
      if (verified_at === null) throw new Problem("conflict", "A domain is verified before it is assigned.");
      if (assigned_issuer_id === body.issuer_id) {
        unchanged();
        return present(row);
      }
      const stamp = stampFor(deps, row);
      const values = { issuerId: body.issuer_id, assigned_at: stamp };
      const domain = await store.assign(tx, row.organization, stamp, host, values);
      if (domain.assigned_issuer_id === null) throw invalidField("issuer_id", "is not an issuer of the account");
      const after = written(row, stamp, [...othersOf(row), domain]);
      emit("account.domain.assigned", shown(after, host), changes(row, after));
      return present(after);
    },

    unassign: async ({ tx, row, deps, emit, unchanged }) => {
      const { host, assigned_issuer_id } = row.domain;
      if (assigned_issuer_id === null) {
        unchanged();
        return present(row);
      }
      const stamp = stampFor(deps, row);
      const domain = await store.assign(tx, row.organization, stamp, host, { issuerId: null, assigned_at: stamp });
      const after = written(row, stamp, [...othersOf(row), domain]);
      emit("account.domain.unassigned", shown(after, host), changes(row, after));
      return present(after);
    },
  },
});

const stampFor = ({ clock }: Pick<Deps, "clock">, account: WholeAccount): number => nextStamp(clock.now(), account);

const othersOf = ({ domains, domain }: Row): AccountDomainRow[] => domains.filter((one) => one.host !== domain.host);

/** The account after a write of its domains. */
const written = (account: WholeAccount, updated_at: number, domains: AccountDomainRow[]): WholeAccount => ({
  account: account.account,
  organization: { ...account.organization, updated_at },
  domains,
  updated_at,
});

/** The domain as events tell of it. */
const shown = ({ domains }: WholeAccount, host: string): AccountDomain => {
  const domain = presentDomains(domains).find((one) => one.host === host);
  if (!domain) throw new Error(`The domain ${host} is not among those of its account.`);
  return domain;
};

const changes = (before: Row, after: WholeAccount): Record<string, unknown> =>
  changesBetween(shown(before, before.domain.host), shown(after, before.domain.host)) ?? {};
