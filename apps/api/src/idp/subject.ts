import type { ClientSettings, UserProfile } from "@authpi/schema";
import type { Account, AccountClaims, KoaContextWithOIDC } from "oidc-provider";
import type { NamedStatement } from "../db/open.ts";
import type { IssuerPlace, Runtime } from "./runtime.ts";
import { hashOf, removeFamily } from "./storage/artifacts.ts";
import { ownOf } from "./storage/clients.ts";

/** A membership as tokens tell of it. */
export interface OrganizationClaim {
  id: string;
  title: string;
  scopes: string[];
  /** Seconds. */
  joined_at: number;
}
/** A person as the database has it in this moment, and the organizations that a client may know of. */
export interface Subject {
  userId: string;
  profile: UserProfile;
  username: string;
  updatedAt: number;
  /** The one organization that the grant is for. */
  orgId: string | null;
  organizations: OrganizationClaim[];
}

/** Undefined where the person may not sign in any more, or is no member of the organization that the grant is for. */
export const findSubject = async (
  { database, rootIssuerId }: Pick<Runtime, "database" | "rootIssuerId">,
  { id: issuerId }: Pick<IssuerPlace, "id">,
  asked: { userId: string; grantId?: string | undefined; shown: ClientSettings["organizations"] },
): Promise<Subject | undefined> => {
  const grant = asked.grantId === undefined ? null : hashOf(asked.grantId);
  const values = [issuerId, rootIssuerId, asked.userId, grant, JSON.stringify(asked.shown)];
  const [row] = await database.verify<Row>(statement, values);
  if (!row) return undefined;
  const { org_id, organizations, ...person } = row;
  const selected = org_id === null ? organizations : organizations.filter(({ id }) => id === org_id);
  if (org_id !== null && selected.length === 0) return undefined;
  return {
    ...{ userId: asked.userId, profile: person.profile, username: person.username },
    ...{ updatedAt: person.updated_at, orgId: org_id, organizations: selected },
  };
};

interface Row {
  profile: UserProfile;
  username: string;
  updated_at: number;
  org_id: string | null;
  organizations: OrganizationClaim[];
}

/** One row for a user that may sign in: issuer, root issuer, user, the grant's hash or null, which organizations the client is shown. */
const statement: NamedStatement = {
  name: "idp_subject_v1",
  text: `
with person as (
  select u.account_id, u.issuer_id, u.id, u.profile, u.username, u.updated_at,
    (select a.org_id from oidc_artifacts a where a.account_id = u.account_id and a.issuer_id = u.issuer_id
      and a.model = 'Grant' and a.id_hash = $4) as org_id
  from issuers i join users u on u.account_id = i.account_id and u.issuer_id = i.id
  where i.id = $1 and i.deleted_at is null and i.status = 'active' and u.id = $3 and u.status = 'active'
), joined as (
  select m.account_id, m.issuer_id, m.org_id, m.member_id, m.scopes, m.created_at, m.status
  from person p join members m on m.account_id = p.account_id and m.issuer_id = p.issuer_id and m.member_id = p.id
  where p.issuer_id <> $2
  union all
  -- A user of the root issuer is a member of accounts, each a tenant of its own (members_of_accounts).
  select m.account_id, m.issuer_id, m.org_id, m.member_id, m.scopes, m.created_at, m.status
  from person p join members m on m.issuer_id = p.issuer_id and m.member_id = p.id
    and substr(m.org_id, 5) = substr(m.account_id, 5)
  where p.issuer_id = $2
), live as (
  select m.org_id as id, g.name as title, m.created_at / 1000 as joined_at, array(
    select scope from unnest(m.scopes) scope
    union
    select unnest(gr.scopes) from group_members gm join groups gr on gr.account_id = gm.account_id
      and gr.issuer_id = gm.issuer_id and gr.org_id = gm.org_id and gr.id = gm.group_id
    where gm.account_id = m.account_id and gm.issuer_id = m.issuer_id and gm.org_id = m.org_id and gm.member_id = m.member_id
    order by 1) as scopes
  from joined m join organizations g on g.account_id = m.account_id and g.issuer_id = m.issuer_id and g.id = m.org_id
  where m.status = 'active' and g.status = 'active' and g.deleted_at is null
    and ($5::jsonb ->> 'mode' = 'all' or $5::jsonb ->> 'mode' = 'allowlist' and $5::jsonb -> 'ids' ? m.org_id)
)
select profile, username, updated_at, org_id,
  coalesce((select json_agg(json_build_object('id', id, 'title', title, 'scopes', scopes, 'joined_at', joined_at) order by id)
    from live), '[]') as organizations
from person`,
};

/** The subject of a request, asked for once in it. */
export const createSubjects = (runtime: Runtime, issuer: IssuerPlace) => {
  const known = new WeakMap<KoaContextWithOIDC, Map<string, Promise<Subject | undefined>>>();

  const of = (ctx: KoaContextWithOIDC, userId: string, grantId: string | undefined): Promise<Subject | undefined> => {
    const ofRequest = known.get(ctx) ?? new Map<string, Promise<Subject | undefined>>();
    known.set(ctx, ofRequest);
    const name = `${userId} ${grantId}`;
    const underWay = ofRequest.get(name);
    if (underWay) return underWay;
    const { client } = ctx.oidc;
    const shown = client ? ownOf(client).organizations : ({ mode: "none", ids: [] } as const);
    const found = findSubject(runtime, issuer, { userId, grantId, shown: { ...shown, ids: [...shown.ids] } });
    ofRequest.set(name, found);
    return found;
  };

  const findAccount = async (
    ctx: KoaContextWithOIDC,
    userId: string,
    token?: { grantId?: string | undefined },
  ): Promise<Account | undefined> => {
    const { grantId } = token ?? {};
    const subject = await of(ctx, userId, grantId);
    // Who has left the organization that a grant is for does not come in by it again, once they are back.
    if (!subject && grantId !== undefined) {
      await runtime.database.transaction(issuer.accountId, (tx) => removeFamily(tx, issuer.id, grantId));
    }
    return subject && { accountId: userId, claims: async () => claimsOf(subject) };
  };
  return { of, findAccount };
};
export type Subjects = ReturnType<typeof createSubjects>;

/** Everything that a client may ask for; what was granted is picked by whoever answers (claims.ts). */
export const claimsOf = ({ userId, profile, username, updatedAt, orgId, organizations }: Subject): AccountClaims => ({
  sub: userId,
  organizations,
  ...(orgId !== null && { org_id: orgId }),
  name: profile.display_name ?? ([profile.first_name, profile.last_name].filter(Boolean).join(" ") || username),
  ...present({
    given_name: profile.first_name,
    family_name: profile.last_name,
    picture: profile.picture_url,
    locale: profile.locale,
    zoneinfo: profile.zoneinfo,
    birthdate: profile.birthdate,
    email: profile.email,
    phone_number: profile.phone,
    address: profile.address && present(profile.address),
  }),
  updated_at: Math.floor(updatedAt / 1000),
  ...(profile.email !== null && { email_verified: profile.email_verified }),
  ...(profile.phone !== null && { phone_number_verified: profile.phone_verified }),
});

const present = <T extends object>(values: T): Partial<T> =>
  // What is left has the same types: entries were only taken away.
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined)) as Partial<T>;
