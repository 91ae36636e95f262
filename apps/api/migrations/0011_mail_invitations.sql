-- breaks the running version: no
-- Invitations into organizations, the mails that carry their links, and the counts of what is limited.

create table invitations (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null,
  org_id text collate "C" not null,
  id text collate "C" not null,
  email_invited text not null,
  user_id_invited text collate "C",
  scopes text[] not null default '{}',
  groups text[] not null default '{}',
  user_title text,
  message text,
  locale text,
  inviter jsonb,
  expires_in_seconds integer not null,
  metadata jsonb not null default '{}',
  token_mac bytea,
  status text not null default 'pending' check (status in ('pending', 'accepted', 'declined', 'revoked', 'expired')),
  status_reason text,
  status_by text,
  holds_address boolean not null default true,
  expires_at bigint not null,
  accepted_at bigint,
  declined_at bigint,
  revoked_at bigint,
  last_email_sent_at bigint,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (account_id, issuer_id, org_id, id),
  foreign key (account_id, issuer_id, org_id) references organizations (account_id, issuer_id, id) on delete cascade
);
comment on column invitations.inviter is 'ts:import("@authpi/schema").Inviter';
comment on column invitations.metadata is 'ts:Record<string, string>';
comment on column invitations.token_mac is 'Of the link''s token and the issuer''s id; null once the link has ended.';
comment on column invitations.holds_address is 'False from the end on: an address has one invitation of an organization that is open.';
-- serves the one open invitation of an address
create unique index invitations_address on invitations (account_id, issuer_id, org_id, email_invited) where holds_address;
-- serves the count of an organization's pending ones, and pages of them
create index invitations_status on invitations (account_id, issuer_id, org_id, status, id);
-- serves the link that somebody follows
create unique index invitations_token on invitations (account_id, issuer_id, token_mac);
select tenant_table('invitations');

create table mails (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null references issuers (id) on delete cascade,
  id text collate "C" not null,
  "to" text not null,
  template text not null,
  payload bytea,
  locale text not null,
  status text not null default 'queued' check (status in ('queued', 'sent', 'failed')),
  attempts integer not null default 0,
  sent_at bigint,
  created_at bigint not null,
  primary key (account_id, id)
);
comment on table mails is 'What is to be sent and what was: the job mails.send takes one from queued to sent or failed.';
comment on column mails.payload is 'What the template is filled with, encrypted, for it holds links; null once the mail is sent or has failed.';
comment on column mails.template is 'ts:"invitation"';
comment on column mails.locale is 'ts:"en" | "fr"';
select tenant_table('mails');

create table captured_mails (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null references issuers (id) on delete cascade,
  id text collate "C" not null,
  "to" text not null,
  subject text not null,
  text text not null,
  html text not null,
  links text[] not null,
  created_at bigint not null,
  -- serves the mailbox page, newest first
  primary key (account_id, id)
);
comment on table captured_mails is 'The mailbox of a server that sends no mail: what /dev/mail shows.';
select tenant_table('captured_mails');

create table rate_limits (
  account_id text collate "C" not null,
  key text collate "C" not null,
  n integer not null,
  ends_at bigint not null,
  primary key (account_id, key)
);
comment on table rate_limits is 'How often something was done in a window of time that is still open.';
select tenant_table('rate_limits');
