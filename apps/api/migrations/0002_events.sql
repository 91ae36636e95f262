-- breaks the running version: no
-- Events: one record for each change, partitioned by whether they are metered, then by month.

create table events (
  account_id text collate "C" not null,
  id text collate "C" not null,
  metered boolean not null,
  created_at bigint not null,
  epoch integer not null,
  xid xid8 not null default pg_current_xact_id(),
  type text not null,
  source text not null,
  trigger text not null,
  trace text not null,
  auth jsonb not null,
  subject jsonb not null,
  data jsonb not null,
  issuer_id text collate "C",
  org_id text collate "C",
  user_id text collate "C",
  client_id text collate "C",
  agent_id text collate "C",
  key_id text collate "C",
  -- serves get, and pages newest first: an id begins with its time
  primary key (account_id, id, metered, created_at)
) partition by list (metered);
comment on table events is 'Ordered by id for people (ids begin with their time), by epoch, xid and id below the snapshot''s horizon for forward readers.';
comment on column events.type is 'ts:import("@authpi/schema").EventType';
comment on column events.source is 'ts:import("@authpi/schema").Event["source"]';
comment on column events.auth is 'ts:import("@authpi/schema").Event["auth"]';
comment on column events.subject is 'ts:import("@authpi/schema").Event["subject"]';
comment on column events.data is 'ts:Record<string, unknown>';
-- serves an issuer's pages, newest first
create index events_issuer on events (account_id, issuer_id, id);
-- serves forward readers
create index events_forward on events (account_id, epoch, xid, id);
select tenant_table('events');
create policy verify on events for insert to authpi_verify with check (type = 'api-key.verified' and metered);
grant insert on events to authpi_verify;

create table events_kept partition of events for values in (false) partition by range (created_at);
create table events_metered partition of events for values in (true) partition by range (created_at);
select tenant_table('events_kept'), tenant_table('events_metered');
revoke all on events_kept, events_metered from authpi_app;

-- Makes the partitions of both kinds for the months that begin within the given span; those that exist stay.
create function events_partitions(from_time bigint, months integer) returns void language plpgsql as $$
declare
  parent text;
  first timestamptz := date_trunc('month', to_timestamp(from_time / 1000.0), 'UTC');
  month timestamptz;
  child text;
begin
  foreach parent in array array['events_kept', 'events_metered'] loop
    for step in 0 .. months - 1 loop
      month := (first at time zone 'UTC' + make_interval(months => step)) at time zone 'UTC';
      child := parent || to_char(month at time zone 'UTC', '_YYYY_MM');
      continue when to_regclass(child) is not null;
      execute format('create table %I partition of %I for values from (%s) to (%s)', child, parent,
        (extract(epoch from month) * 1000)::bigint,
        (extract(epoch from (month at time zone 'UTC' + interval '1 month') at time zone 'UTC') * 1000)::bigint);
      perform tenant_table(child::regclass);
      execute format('revoke all on %I from authpi_app', child);
    end loop;
  end loop;
end $$;
select events_partitions((extract(epoch from now()) * 1000)::bigint, 3);
create table events_kept_other partition of events_kept default;
create table events_metered_other partition of events_metered default;
select tenant_table('events_kept_other'), tenant_table('events_metered_other');
revoke all on events_kept_other, events_metered_other from authpi_app;
