import type { UserSecurity } from "@authpi/schema";
import { sql } from "kysely";

/** What the user's verifiers add up to; read with the user, so that nothing has to keep a copy in step. */
export const security = sql<UserSecurity>`(select json_build_object(
    'mfa_enrolled', coalesce(bool_or(v.type in ('totp', 'webauthn')), false),
    'password_set', coalesce(bool_or(v.type = 'password'), false),
    'passkeys', count(*) filter (where v.type = 'webauthn'),
    'totp_enrolled', coalesce(bool_or(v.type = 'totp'), false),
    'backup_codes_remaining', coalesce(sum(cardinality(v.backup_codes)), 0))
  from user_verifiers v
  where v.account_id = users.account_id and v.issuer_id = users.issuer_id and v.user_id = users.id)`.as("security");
