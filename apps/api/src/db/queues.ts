import type { QueueOptions } from "pg-boss";

/** What each kind of job is given. It names things by their ids: a job reads the truth when it runs. */
export interface JobData {
  "events.partitions": Record<string, never>;
  "webhooks.deliver": { accountId: string; webhookId: string; deliveryId: string; ticket: number; trial?: true };
  "webhooks.release": { accountId: string; webhookId: string };
  "webhooks.trial": { accountId: string; webhookId: string; trialAt: number };
  "webhooks.recovery": Record<string, never>;
  "webhooks.retention": Record<string, never>;
  "invitations.expire": { accountId: string; issuerId: string; orgId: string; invitationId: string };
  "mails.send": { accountId: string; mailId: string };
  "mails.purge": Record<string, never>;
  "rate-limits.purge": Record<string, never>;
  "assertions.purge": Record<string, never>;
  "idempotency.sweep": Record<string, never>;
  "oidc.sweep": Record<string, never>;
  "keys.rotate": Record<string, never>;
  /** A session at a client that has ended; sent to the client, if it wants to know. */
  "backchannel.logout": { accountId: string; issuerId: string; sessionId: string };
  /** With the time that it was made for: a key's can be moved. */
  "api-keys.expire": { accountId: string; keyId: string; expiresAt: number };
  "issuers.purge": { accountId: string; issuerId: string };
  "organizations.purge": { accountId: string; issuerId: string; orgId: string };
  /** With the time of the deletion that it was made for: a user can be restored. */
  "users.purge": { accountId: string; issuerId: string; userId: string; deletedAt: number };
}
export type JobName = keyof JobData;

export interface QueueSettings extends QueueOptions {
  /** Wakes a worker the moment that a job is there. */
  notify?: boolean;
  /** Runs by itself at these times (cron, UTC). */
  cron?: string;
}

/** A worker that says nothing for this long has crashed, and its jobs are taken up by another. */
export const heartbeatSeconds = 20;

const usual = {
  heartbeatSeconds,
  notify: true,
  retryLimit: 5,
  retryDelay: 5,
  retryBackoff: true,
  retryDelayMax: 600,
  expireInSeconds: 900,
  deleteAfterSeconds: 86_400,
} as const satisfies QueueSettings;

/** What was deleted does not come back: the rest of it is not given up. */
const untilDone = { ...usual, retryLimit: 1000 } as const satisfies QueueSettings;

/** The queues of pg-boss, one for each kind of job. */
export const queues: Readonly<Record<JobName, QueueSettings>> = {
  "events.partitions": { ...usual, cron: "20 3 * * *" },
  // An attempt ends within 15 seconds; what failed of it stands in its row, and is no failure of the job.
  // A crashed worker's deliveries keep their webhook's places until they are taken up: that is noticed as soon as pg-boss can.
  "webhooks.deliver": { ...usual, heartbeatSeconds: 10, retryDelay: 1, expireInSeconds: 120, deleteAfterSeconds: 60 },
  "webhooks.release": usual,
  "webhooks.trial": usual,
  "webhooks.recovery": { ...usual, cron: "*/5 * * * *" },
  "webhooks.retention": { ...usual, cron: "40 3 * * *" },
  "invitations.expire": usual,
  // Two hours and a half: a server that is down, or that wants to be asked again (greylisting), is waited for.
  "mails.send": { ...usual, retryLimit: 15, retryDelay: 10, retryDelayMax: 900 },
  "mails.purge": { ...usual, cron: "40 3 * * *" },
  "rate-limits.purge": { ...usual, cron: "10 * * * *" },
  "assertions.purge": { ...usual, cron: "25 * * * *" },
  "idempotency.sweep": { ...usual, cron: "40 * * * *" },
  "oidc.sweep": { ...usual, cron: "50 * * * *" },
  // Often, so that a rotation that was begun by hand is not late; where nothing is due it is three look-ups.
  "keys.rotate": { ...usual, cron: "*/10 * * * *" },
  // An hour: who is down meanwhile keeps its own session until that ends by itself.
  "backchannel.logout": { ...usual, retryLimit: 7, retryDelay: 20, retryDelayMax: 1800, expireInSeconds: 120 },
  "api-keys.expire": usual,
  "issuers.purge": untilDone,
  "organizations.purge": untilDone,
  "users.purge": untilDone,
};

// Object.keys knows no more than strings; these are the keys of `queues`.
export const jobNames = Object.keys(queues) as JobName[];
