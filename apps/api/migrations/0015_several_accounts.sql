-- breaks the running version: no
-- A person's token acts on the accounts whose member it is. Their list is one statement, as a role that reads what an account shows, of
-- the accounts that its transaction is pinned to alone, and writes nothing.

do $$
declare
  target text;
begin
  foreach target in array array['accounts', 'account_domains', 'organizations', 'sso_domains', 'members', 'users', 'api_keys', 'invitations'] loop
    execute format('create policy accounts on %I for select to authpi_accounts
      using (account_id = any (string_to_array(current_setting(''app.account_ids'', true), '','')))', target);
  end loop;
end $$;
grant select on accounts, account_domains, organizations, sso_domains to authpi_accounts;
-- of these only how many there are
grant select (account_id, issuer_id, org_id, member_id) on members to authpi_accounts;
grant select (account_id, issuer_id, id, status) on users to authpi_accounts;
grant select (account_id, issuer_id, org_id) on api_keys to authpi_accounts;
grant select (account_id, issuer_id, org_id, status, expires_at) on invitations to authpi_accounts;
