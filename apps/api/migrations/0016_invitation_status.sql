-- breaks the running version: no
-- Why an invitation was revoked, and by whom.

alter table invitations add status_reason text, add status_by text;
