import { eventPartitions } from "./event-partitions.ts";
import { invitationsExpire } from "./invitations-expire.ts";
import type { JobHandlers } from "./job.ts";
import { mailsPurge } from "./mails-purge.ts";
import { mailsSend } from "./mails-send.ts";
import { rateLimitsPurge } from "./rate-limits-purge.ts";

/** What each kind of job does. */
export const jobHandlers: JobHandlers = {
  "events.partitions": eventPartitions,
  "invitations.expire": invitationsExpire,
  "mails.send": mailsSend,
  "mails.purge": mailsPurge,
  "rate-limits.purge": rateLimitsPurge,
};
