-- breaks the running version: no
-- What ends by itself: the expiry of keys, and the rows of what was deleted.

alter table api_keys add column expiry_told bigint;
comment on column api_keys.expiry_told is 'The expires_at that api-key.expired has told of.';

-- serves a page of an organization's keys, the foreign key to it, and the purge of an issuer
create index api_keys_place on api_keys (account_id, issuer_id, org_id, id);
drop index api_keys_page;

-- The end of an issuer looks for what is left of its rows by the key: with the account in front an index finds them. Organizations keep
-- theirs: those of the root issuer are in other accounts.
alter table users drop constraint users_issuer_id_fkey,
  add foreign key (account_id, issuer_id) references issuers (account_id, id) on delete cascade;
alter table clients drop constraint clients_issuer_id_fkey,
  add foreign key (account_id, issuer_id) references issuers (account_id, id) on delete cascade;
alter table auth_methods drop constraint auth_methods_issuer_id_fkey,
  add foreign key (account_id, issuer_id) references issuers (account_id, id) on delete cascade;
alter table issuer_signing_keys drop constraint issuer_signing_keys_issuer_id_fkey,
  add foreign key (account_id, issuer_id) references issuers (account_id, id) on delete cascade;
