import type { WebhookAttempt } from "@authpi/schema";
import type { Deps } from "../deps.ts";
import type { Services } from "../http/room.ts";
import { OutgoingError } from "../outgoing/outgoing.ts";
import { messageOf } from "./message.ts";
import type { Claimed } from "./rows.ts";
import { readRetryAfter } from "./schedule.ts";

/** What came of one attempt. */
export interface Outcome {
  attempt: WebhookAttempt;
  isSuccess: boolean;
  /** The receiver wants no more: 410. */
  isGone: boolean;
  retryAfterMs: number | undefined;
}

const shownBytes = 1024;

/** Posts the event once. Takes no connection of the database while it waits for the receiver. */
export const attemptDelivery = async (
  deps: Deps & Services,
  claimed: Claimed,
  signal?: AbortSignal,
): Promise<Outcome> => {
  const { webhook, event, delivery } = claimed;
  const at = deps.clock.now();
  const message = messageOf(deps, webhook, event, delivery.attempt_count + 1);
  try {
    const request = { method: "POST", ...message, ...(signal && { signal }) } as const;
    const { status, headers, body } = await deps.outgoing.send(webhook.url, request);
    const isSuccess = status >= 200 && status < 300;
    return {
      attempt: {
        ...times(deps, at),
        status,
        error: isSuccess ? null : `The receiver answered with ${status}.`,
        response_body: shownOf(body, message.headers.authorization),
      },
      isSuccess,
      isGone: status === 410,
      retryAfterMs: readRetryAfter(headers["retry-after"], deps.clock.now()),
    };
  } catch (error) {
    if (!(error instanceof OutgoingError) || signal?.aborted) throw error;
    const attempt = { ...times(deps, at), status: null, error: error.message, response_body: null };
    return { attempt, isSuccess: false, isGone: false, retryAfterMs: undefined };
  }
};

/** The beginning of an answer. A receiver that sends back what it was sent, to debug it, does not make the token known. */
const shownOf = (body: Buffer, authorization: string | undefined): string => {
  const text = body.toString("utf8");
  const token = authorization?.slice("Bearer ".length);
  const without = token === undefined ? text : text.replaceAll(token, "[secret]");
  // PostgreSQL's text takes no NUL.
  return Buffer.from(without).subarray(0, shownBytes).toString("utf8").replaceAll("\0", "\ufffd");
};

const times = ({ clock }: Pick<Deps, "clock">, at: number) => ({ at, duration_ms: Math.max(clock.now() - at, 0) });
