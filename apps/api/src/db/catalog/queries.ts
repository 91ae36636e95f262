/** What the description has no words for. */
export const strangersQuery = `
  select relname as name from pg_class c
  where relnamespace = 'public'::regnamespace and relkind not in ('r', 'p', 'v', 'i', 'I', 't')
    and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'i')
  union all
  select typname from pg_type where typnamespace = 'public'::regnamespace and typtype in ('e', 'd', 'r')
  union all
  select nspname from pg_namespace
  where nspname not like 'pg\\_%' and nspname not in ('public', 'information_schema', 'pgboss')`;

// A role that is the object's owner is the one that migrates, whatever its name.
const roleName = (oid: string, owner: string) =>
  `case when ${oid} = ${owner} then 'current_user' when ${oid} = 0 then 'public' else pg_get_userbyid(${oid})::text end`;

const list = (select: string) => `coalesce((select json_agg(x) from (${select}) x), '[]')`;

/** `$1`: the roles whose grants are shown. */
export const tablesQuery = `
  select c.relname as name, c.relkind as kind, c.reloptions as options,
    pg_get_expr(c.relpartbound, c.oid) as bound,
    (select p.relname from pg_inherits i join pg_class p on p.oid = i.inhparent where i.inhrelid = c.oid) as parent,
    pg_get_partkeydef(c.oid) as "partitionKey",
    obj_description(c.oid, 'pg_class') as comment,
    c.relrowsecurity as "rowSecurity", c.relforcerowsecurity as forced,
    case when c.relkind = 'v' then pg_get_viewdef(c.oid) end as definition,
    ${list(`
      select attname as name, format_type(atttypid, atttypmod) as type, attgenerated as generated, attidentity as identity,
        attnotnull as "notNull", col_description(c.oid, attnum) as comment,
        pg_get_expr(d.adbin, d.adrelid) as default,
        (select quote_ident(collname) from pg_collation where oid = attcollation and attcollation <> t.typcollation) as collation
      from pg_attribute a join pg_type t on t.oid = atttypid left join pg_attrdef d on adrelid = attrelid and adnum = attnum
      where attrelid = c.oid and attnum > 0 and not attisdropped order by attnum`)} as columns,
    ${list(`
      select conname as name, pg_get_constraintdef(oid) as definition, contype as kind,
        array(select attname from pg_attribute where attrelid = conrelid and attnum = any (conkey) order by attnum) as columns
      from pg_constraint
      where conrelid = c.oid and contype in ('p', 'u', 'f', 'c', 'x') and conparentid = 0 and conislocal
      order by array_position(array['p', 'u', 'f', 'c', 'x'], contype::text), conname collate "C"`)} as constraints,
    ${list(`
      select pg_get_indexdef(indexrelid) as definition from pg_index join pg_class i on i.oid = indexrelid
      where indrelid = c.oid and not i.relispartition
        and not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x'))
      order by i.relname collate "C"`)} as indexes,
    ${list(`
      select pg_get_triggerdef(oid) as definition from pg_trigger
      where tgrelid = c.oid and not tgisinternal and tgparentid = 0 order by tgname collate "C"`)} as triggers,
    ${list(`
      select polname as name, polpermissive as permissive, pg_get_expr(polqual, polrelid) as using,
        pg_get_expr(polwithcheck, polrelid) as check,
        case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end as command,
        array(select ${roleName("role", "c.relowner")} from unnest(polroles) role) as roles
      from pg_policy where polrelid = c.oid order by polname collate "C"`)} as policies,
    ${list(`
      select grantee, privilege, columns
      from (
        select ${roleName("acl.grantee", "c.relowner")} as grantee, lower(privilege_type) as privilege, columns
        from (
          select (aclexplode(c.relacl)).*, null::text[] as columns
          union all
          select grantor, grantee, privilege_type, is_grantable, array_agg(attname::text order by attnum)
          from (select attname, attnum, (aclexplode(attacl)).* from pg_attribute where attrelid = c.oid and attacl is not null) a
          group by grantor, grantee, privilege_type, is_grantable
        ) acl
        where acl.grantee = 0 or pg_get_userbyid(acl.grantee) = any ($1::text[])
      ) named
      order by grantee collate "C", columns is not null,
        array_position(array['select', 'insert', 'update', 'delete'], privilege), privilege`)} as grants
  from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
    and (not c.relispartition or c.relkind = 'p' or pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT')
  order by c.relname collate "C"`;

/** `$1`: the roles whose grants are shown. */
export const routinesQuery = `
  select pg_get_functiondef(p.oid) as definition, p.oid::regprocedure::text as signature,
    obj_description(p.oid, 'pg_proc') as comment,
    case when p.proacl is not null and not exists (select from aclexplode(p.proacl) where grantee = 0) then array(
      select pg_get_userbyid(grantee)::text from aclexplode(p.proacl)
      where pg_get_userbyid(grantee) = any ($1::text[]) order by 1) end as callers
  from pg_proc p
  where p.pronamespace = 'public'::regnamespace and p.prokind in ('f', 'p')
    and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
  order by p.proname collate "C", p.oid::regprocedure::text collate "C"`;
