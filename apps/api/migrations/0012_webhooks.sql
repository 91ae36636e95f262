-- breaks the running version: no
-- Webhooks, and what was sent to each.

create table webhooks (
  account_id text collate "C" not null,
  -- serves pages, newest first, and the statement that appends events
  id text collate "C" not null,
  name text not null,
  description text,
  url text not null,
  events text[] not null default '{}',
  subjects jsonb not null default '[]',
  auth_type text not null check (auth_type in ('none', 'bearer', 'signature', 'bearer+signature')),
  secret bytea,
  secret_hint text,
  previous_secret bytea,
  previous_expires_at bigint,
  bearer_token bytea,
  retry jsonb not null,
  circuit_breaker jsonb not null,
  metadata jsonb not null default '{}',
  status text not null default 'active' check (status in ('active', 'disabled', 'failing')),
  status_at bigint,
  status_reason text,
  status_by text,
  failures_in_row integer not null default 0,
  trial_at bigint,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (account_id, id)
);
comment on column webhooks.subjects is 'ts:import("@authpi/schema").Webhook["subjects"]';
comment on column webhooks.retry is 'ts:import("@authpi/schema").WebhookRetry';
comment on column webhooks.circuit_breaker is 'ts:import("@authpi/schema").WebhookCircuitBreaker';
comment on column webhooks.metadata is 'ts:Record<string, string>';
comment on column webhooks.secret is 'Encrypted: it must be known again to sign. The one before it stays until previous_expires_at.';
comment on column webhooks.trial_at is 'When a failing webhook is tried next.';
select tenant_table('webhooks');

create table webhook_deliveries (
  account_id text collate "C" not null,
  webhook_id text collate "C" not null,
  id text collate "C" not null,
  event_id text collate "C" not null,
  event_type text not null,
  event_at bigint not null,
  status text not null check (status in ('pending', 'delivering', 'succeeded', 'failed', 'waiting')),
  ticket integer not null default 1,
  claimed_at bigint,
  attempt_count integer not null default 0,
  attempt_budget integer not null,
  first_attempted_at bigint,
  last_attempted_at bigint,
  next_attempt_at bigint,
  last_error text,
  last_response_status integer,
  attempts jsonb not null default '[]',
  created_at bigint not null,
  updated_at bigint not null,
  -- serves pages, newest first
  primary key (account_id, webhook_id, id),
  -- one delivery of an event to a webhook: a replay takes up the one that is there
  unique (account_id, webhook_id, event_id)
);
comment on table webhook_deliveries is 'Ids and no foreign keys: it outlives the webhook, and is kept for 30 days.';
comment on column webhook_deliveries.event_type is 'ts:import("@authpi/schema").EventType';
comment on column webhook_deliveries.attempts is 'ts:import("@authpi/schema").WebhookAttempt[]';
comment on column webhook_deliveries.ticket is 'What a job must present to deliver it: whoever plans another attempt takes the next number.';
-- serves the deliveries that wait, and the search for those that a crash left behind
create index webhook_deliveries_open on webhook_deliveries (account_id, webhook_id, status, id)
  where status in ('pending', 'waiting', 'delivering');
select tenant_table('webhook_deliveries');

-- Exact types, and families by a trailing `.*`.
create function event_is_of(type text, wanted text[]) returns boolean language sql immutable as $$
  select type = any (wanted)
    or exists (select from unnest(wanted) family where family like '%.*' and starts_with(type, left(family, -1)))
$$;

-- Whether a webhook wants an event: by its types, and by whom it concerns. No types are all, no subjects are all.
create function webhook_wants(types text[], subjects jsonb, type text, parties jsonb) returns boolean language sql immutable as $$
  select (types = '{}' or event_is_of(type, types)) and (subjects = '[]' or exists (
    select from jsonb_array_elements(subjects) s where parties ->> (s ->> 'type') = s ->> 'id'))
$$;

-- Makes a delivery of each new event to every webhook that wants it, and answers with those that are to be sent at once. Its plans are
-- kept by the session: an account without webhooks pays one look into an index.
create function deliveries_of(account text, new_events jsonb, head text) returns table (webhook_id text, id text)
language plpgsql as $$
#variable_conflict use_column
begin
  if not exists (select from webhooks where account_id = account and status <> 'disabled') then
    return;
  end if;
  return query
    with made as (
      insert into webhook_deliveries (account_id, webhook_id, id, event_id, event_type, event_at, status, attempt_budget,
        next_attempt_at, created_at, updated_at)
      select account, w.id, head || lpad((row_number() over ())::text, 5, '0'), e.id, e.type, e.at,
        case w.status when 'active' then 'pending' else 'waiting' end, (w.retry ->> 'max_attempts')::integer,
        case w.status when 'active' then e.at end, e.at, e.at
      from jsonb_to_recordset(new_events) as e (id text, type text, at bigint, parties jsonb)
      join webhooks w on w.account_id = account and w.status <> 'disabled'
        and webhook_wants(w.events, w.subjects, e.type, e.parties)
      returning webhook_id, id, status)
    select made.webhook_id, made.id from made where made.status = 'pending';
end $$;
