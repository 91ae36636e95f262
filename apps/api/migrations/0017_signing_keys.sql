-- breaks the running version: no
-- Rotation: of each algorithm an issuer has one key that signs, and at most one that will.

alter table issuer_signing_keys add column signs_at bigint;
comment on column issuer_signing_keys.signs_at is 'From when on a key signs that is published ahead of it; null for others.';

-- one that signs, whoever makes it first
create unique index issuer_signing_keys_active on issuer_signing_keys (account_id, issuer_id, alg)
  where purpose = 'tokens' and status = 'active';
-- one that will; serves those that are due
create unique index issuer_signing_keys_next on issuer_signing_keys (account_id, issuer_id, alg)
  where purpose = 'tokens' and status = 'next';
-- serves those whose tokens are dead
create index issuer_signing_keys_retired on issuer_signing_keys (account_id, retired_at)
  where purpose = 'tokens' and status = 'retired';
