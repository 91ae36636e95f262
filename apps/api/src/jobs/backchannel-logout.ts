import { createPrivateKey } from "node:crypto";
import { SignJWT } from "jose";
import { type Logout, logoutOf } from "../core/sessions/backchannel.ts";
import { openSigningKey } from "../keys/signing-keys.ts";
import { OutgoingError } from "../outgoing/outgoing.ts";
import type { JobContext, JobHandler } from "./job.ts";

const event = "http://schemas.openid.net/event/backchannel-logout";
const lifetime = 120;

/**
 * Tells a client that a session of a user has ended there (OpenID Connect Back-Channel Logout 1.0). A receiver that does not take it is
 * asked again, and given up in the end: nobody waits for it.
 */
export const backchannelLogout: JobHandler<"backchannel.logout"> = async (data, context) => {
  const { database, deps, signal, log, isLastTry } = context;
  const logout = await database.transaction(data.accountId, (tx) => logoutOf(tx, data.issuerId, data.sessionId));
  if (!logout) return;
  const giveUp = (reason: string) => log.warn({ ...data, clientId: logout.client_id, reason }, "No logout was told.");
  const refusal = deps.outgoing.refuses(logout.uri);
  if (refusal) return giveUp(`The URL ${refusal}.`);

  const fault = await post(logout.uri, await tokenOf(context, logout), context);
  if (fault === undefined) return;
  signal.throwIfAborted();
  if (isLastTry) return giveUp(fault);
  throw new Error(fault);
};

/** A token of its own for each try: it lasts two minutes. */
const tokenOf = ({ deps }: JobContext, { id, user_id, client_id, alg, kid, ...row }: Logout): Promise<string> => {
  const iat = Math.floor(deps.clock.now() / 1000);
  return new SignJWT({ sid: id, events: { [event]: {} } })
    .setProtectedHeader({ alg, typ: "logout+jwt", kid })
    .setIssuer(`${deps.idpUrl}/${row.issuer_id}`)
    .setSubject(user_id)
    .setAudience(client_id)
    .setIssuedAt(iat)
    .setExpirationTime(iat + lifetime)
    .setJti(deps.secrets.nonce())
    .sign(createPrivateKey({ key: openSigningKey(deps, { ...row, kid }), format: "jwk" }));
};

/** Why it was not taken; undefined where it was. */
const post = async (uri: string, token: string, { deps, signal }: JobContext): Promise<string | undefined> => {
  try {
    const { status } = await deps.outgoing.send(uri, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ logout_token: token }).toString(),
      signal,
    });
    return status === 200 || status === 204 ? undefined : `The receiver answered with ${status}.`;
  } catch (error) {
    if (error instanceof OutgoingError) return error.message;
    throw error;
  }
};
