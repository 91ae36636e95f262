-- breaks the running version: no
-- Codes and links that a mail carries: each is good once, for a few minutes.

create table one_time_codes (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null,
  purpose text not null check (purpose in ('sign-in', 'sign-up', 'verify-email', 'reset-password', 'change-email')),
  address text not null,
  id text collate "C" not null,
  user_id text collate "C",
  flow_mac bytea,
  code_mac bytea,
  token_mac bytea,
  attempts integer not null default 0,
  used_at bigint,
  expires_at bigint not null,
  created_at bigint not null,
  -- serves a code that somebody types
  primary key (account_id, issuer_id, purpose, address),
  foreign key (account_id, issuer_id) references issuers (account_id, id) on delete cascade,
  foreign key (account_id, issuer_id, user_id) references users (account_id, issuer_id, id) on delete cascade,
  check ((code_mac is null) <> (token_mac is null))
);
comment on table one_time_codes is 'One for each purpose and address: a new one takes the place of the one before.';
comment on column one_time_codes.purpose is 'ts:"sign-in" | "sign-up" | "verify-email" | "reset-password" | "change-email"';
comment on column one_time_codes.user_id is 'Null where the address is nobody''s: what is asked for it does the same work, and leads nowhere.';
comment on column one_time_codes.flow_mac is 'Of the sign-in that asked for it; its code is good there alone.';
comment on column one_time_codes.code_mac is 'Of the digits and the row''s id.';
comment on column one_time_codes.token_mac is 'Of the link''s token and the issuer''s id.';
-- serves the link that somebody follows
create unique index one_time_codes_token on one_time_codes (account_id, issuer_id, token_mac);
-- serves a mail that is about to leave with it
create unique index one_time_codes_id on one_time_codes (account_id, issuer_id, id);
-- serves the deletion of a user
create index one_time_codes_user on one_time_codes (account_id, issuer_id, user_id);
select tenant_table('one_time_codes');

comment on column mails.template is 'ts:"invitation" | "sign-in-code" | "sign-in-link" | "verify-email" | "change-email" | "reset-password" | "password-changed" | "email-changed" | "account-exists" | "new-sign-in"';
comment on column invitations.token_mac is 'Of the link''s token and the issuer''s id; null once it was revoked or has expired.';
