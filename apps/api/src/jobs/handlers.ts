import { apiKeysExpire } from "./api-keys-expire.ts";
import { assertionsPurge } from "./assertions-purge.ts";
import { backchannelLogout } from "./backchannel-logout.ts";
import { eventPartitions } from "./event-partitions.ts";
import { idempotencySweep } from "./idempotency-sweep.ts";
import { invitationsExpire } from "./invitations-expire.ts";
import type { JobHandlers } from "./job.ts";
import { keysRotate } from "./keys-rotate.ts";
import { mailsPurge } from "./mails-purge.ts";
import { mailsSend } from "./mails-send.ts";
import { oidcSweep } from "./oidc-sweep.ts";
import { issuersPurge, organizationsPurge, usersPurge } from "./purge.ts";
import { rateLimitsPurge } from "./rate-limits-purge.ts";
import { webhooksRelease } from "./webhooks-release.ts";
import { webhooksTrial } from "./webhooks-trial.ts";
import { webhooksRecovery, webhooksRetention } from "./webhooks-upkeep.ts";

/** What each kind of job does. */
export const jobHandlers: JobHandlers = {
  "events.partitions": eventPartitions,
  "webhooks.release": webhooksRelease,
  "webhooks.trial": webhooksTrial,
  "webhooks.recovery": webhooksRecovery,
  "webhooks.retention": webhooksRetention,
  "invitations.expire": invitationsExpire,
  "mails.send": mailsSend,
  "mails.purge": mailsPurge,
  "rate-limits.purge": rateLimitsPurge,
  "assertions.purge": assertionsPurge,
  "idempotency.sweep": idempotencySweep,
  "oidc.sweep": oidcSweep,
  "keys.rotate": keysRotate,
  "backchannel.logout": backchannelLogout,
  "api-keys.expire": apiKeysExpire,
  "issuers.purge": issuersPurge,
  "organizations.purge": organizationsPurge,
  "users.purge": usersPurge,
};
