import type { Resource } from "./contract.ts";
import { accountDomains } from "./resources/account-domains.ts";
import { accounts } from "./resources/accounts.ts";
import { agentVerifiers } from "./resources/agent-verifiers.ts";
import { agents } from "./resources/agents.ts";
import { accountApiKeys, apiKeys } from "./resources/api-keys.ts";
import { approvals } from "./resources/approvals.ts";
import { authMethods } from "./resources/auth-methods.ts";
import { clients } from "./resources/clients.ts";
import { events } from "./resources/events.ts";
import { groupMembers } from "./resources/group-members.ts";
import { groups } from "./resources/groups.ts";
import { invitations } from "./resources/invitations.ts";
import { issuers } from "./resources/issuers.ts";
import { me } from "./resources/me.ts";
import { members } from "./resources/members.ts";
import { notes } from "./resources/notes.ts";
import { organizations } from "./resources/organizations.ts";
import { sessions, userSessions } from "./resources/sessions.ts";
import { sso, ssoDomains } from "./resources/sso.ts";
import { issuerTokens, tokens, userTokens } from "./resources/tokens.ts";
import { trustedDevices } from "./resources/trusted-devices.ts";
import { userVerifiers } from "./resources/user-verifiers.ts";
import { users } from "./resources/users.ts";
import { webhookDeliveries } from "./resources/webhook-deliveries.ts";
import { webhooks } from "./resources/webhooks.ts";

/** Every resource of the Core API, parents before children. */
export const resources: readonly Resource[] = [
  me,
  accounts,
  accountApiKeys,
  accountDomains,
  events,
  webhooks,
  webhookDeliveries,
  notes,
  tokens,
  issuers,
  authMethods,
  clients,
  agents,
  agentVerifiers,
  users,
  userSessions,
  userTokens,
  sessions,
  issuerTokens,
  trustedDevices,
  approvals,
  userVerifiers,
  organizations,
  members,
  groups,
  groupMembers,
  invitations,
  apiKeys,
  sso,
  ssoDomains,
];
