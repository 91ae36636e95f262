-- breaks the running version: no (who writes events waits while the indexes are built)
-- Each filter of the events has its index; partitions are made beside those who write, and dropped when their time has come.

-- serve the pages of one party, newest first; the rows of a verification name an issuer, an organization and a key, and are in no other
create index events_org on events (account_id, org_id, id) where org_id is not null;
create index events_key on events (account_id, key_id, id) where key_id is not null;
create index events_user on events (account_id, user_id, id) where user_id is not null;
create index events_client on events (account_id, client_id, id) where client_id is not null;
create index events_agent on events (account_id, agent_id, id) where agent_id is not null;
-- serves the pages of some types, newest first; the one that is left out is most of its partitions
create index events_type on events (account_id, type, id) where type <> 'api-key.verified';
-- serve forward readers of one party
create index events_user_forward on events (account_id, user_id, epoch, xid, id) where user_id is not null;
create index events_client_forward on events (account_id, client_id, epoch, xid, id) where client_id is not null;
create index events_agent_forward on events (account_id, agent_id, epoch, xid, id) where agent_id is not null;

-- Makes the partitions of both kinds for the months that begin within the given span; those that exist stay. A new one is filled from
-- the default partition before it is attached: writers of other months go on meanwhile.
create or replace function events_partitions(from_time bigint, months integer) returns void language plpgsql
set lock_timeout = '2s' as $$
declare
  parent text;
  first timestamptz := date_trunc('month', to_timestamp(from_time / 1000.0), 'UTC');
  month timestamptz;
  child text;
  begins bigint;
  ends bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended('authpi events partitions', 0));
  foreach parent in array array['events_kept', 'events_metered'] loop
    for step in 0 .. months - 1 loop
      month := (first at time zone 'UTC' + make_interval(months => step)) at time zone 'UTC';
      child := parent || to_char(month at time zone 'UTC', '_YYYY_MM');
      continue when to_regclass(child) is not null;
      begins := (extract(epoch from month) * 1000)::bigint;
      ends := (extract(epoch from (month at time zone 'UTC' + interval '1 month') at time zone 'UTC') * 1000)::bigint;
      execute format('create table %I (like %I including defaults)', child, parent);
      perform tenant_table(child::regclass);
      execute format('revoke all on %I from authpi_app', child);
      execute format('lock table %I in access exclusive mode', parent || '_other');
      execute format('with moved as (delete from %I where created_at >= %s and created_at < %s returning *)
        insert into %I select * from moved', parent || '_other', begins, ends, child);
      execute format('alter table %I attach partition %I for values from (%s) to (%s)', parent, child, begins, ends);
    end loop;
  end loop;
end $$;

-- Drops the partitions that lie wholly before the given times, and deletes what is older from the default ones. Where one is in use
-- for longer than a moment, it and the next ones stay until the next call: those who write wait behind each try. The current month
-- stays, whatever is asked.
create function events_retire(kept_before bigint, metered_before bigint) returns setof text language plpgsql
set lock_timeout = '1s' as $$
declare
  this_month bigint := (extract(epoch from date_trunc('month', now(), 'UTC')) * 1000)::bigint;
  partition record;
begin
  delete from events_kept_other where created_at < kept_before;
  delete from events_metered_other where created_at < metered_before;
  for partition in
    select c.relname as name
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    join pg_class p on p.oid = i.inhparent
    where p.oid in ('events_kept'::regclass, 'events_metered'::regclass)
      and substring(pg_get_expr(c.relpartbound, c.oid) from 'TO \(''(\d+)''\)')::bigint
        <= least(this_month, case p.oid when 'events_kept'::regclass then kept_before else metered_before end)
    order by c.relname
  loop
    begin
      execute format('drop table %I', partition.name);
      return next partition.name;
    exception when lock_not_available then
      return;
    end;
  end loop;
end $$;
revoke execute on function events_partitions(bigint, integer), events_retire(bigint, bigint) from public;
