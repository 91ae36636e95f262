-- breaks the running version: no
-- Nothing that a session makes for itself can stand in for what the function reads.

alter function root_user_exists(text) set search_path = public, pg_temp;
