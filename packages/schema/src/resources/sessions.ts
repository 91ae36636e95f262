import { type Static, Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { issuers } from "./issuers.ts";
import { users } from "./users.ts";

const statuses = ["inactive", "active", "suspended", "revoked", "expired"] as const;
const maybeText = (about: string) => f.nullable(Type.String({ description: about }));

export const SessionAuthentication = Type.Object(
  {
    method: Type.String({ description: "The auth method that signed the user in.", examples: ["password"] }),
    amr: Type.Array(Type.String(), { description: "What was proved (RFC 8176).", examples: [["pwd", "otp"]] }),
    acr: maybeText("How strong that was."),
    at: f.millis("When the user signed in."),
  },
  { title: "SessionAuthentication" },
);
export type SessionAuthentication = Static<typeof SessionAuthentication>;
export const SessionDevice = Type.Object(
  { name: maybeText("What the device is called."), user_agent: maybeText("The browser's `User-Agent`.") },
  { title: "SessionDevice" },
);
export type SessionDevice = Static<typeof SessionDevice>;

export const Session = Type.Object(
  {
    id: f.id("session"),
    account_id: f.id("account"),
    issuer_id: f.id("issuer"),
    user_id: f.id("user"),
    type: f.oneOf(["op", "rp"], {
      description: "`op`: the single sign-on at the issuer; `rp`: what hangs off it at one client.",
    }),
    ...f.statusFields(statuses),
    authentication: SessionAuthentication,
    op_session_id: f.nullable(f.id("session", "Of an rp session: the op session that it hangs off")),
    device: SessionDevice,
    location: maybeText("Where the user was, as far as it is known."),
    origin: maybeText("The address that it was begun from."),
    ttl: Type.Integer({ description: "How long it lives at most. Seconds." }),
    idle_timeout: Type.Integer({ description: "How long it lives without activity. Seconds." }),
    last_activity_at: f.millis("When it was last used."),
    access_token_issued_at: f.nullable(f.millis("When its last access token was issued.")),
    refresh_token_issued_at: f.nullable(f.millis("When its last refresh token was issued.")),
    refresh_count: Type.Integer({ description: "How often it was refreshed." }),
    compromised: Type.Boolean({ description: "Whether one of its refresh tokens was used twice." }),
    compromised_at: f.nullable(f.millis("When that was seen.")),
    compromised_reason: maybeText("What was seen."),
    revoked_reason: maybeText("Why it was revoked."),
    metadata: f.metadata,
    expires_at: f.millis("When it ends at the latest."),
    revoked_at: f.nullable(f.millis("When it was revoked.")),
    client: f.nullable(
      Type.Object(
        { id: f.id("client"), name: maybeText("The client's name; null once it is gone.") },
        { title: "SessionClient", description: "Of an rp session: the client." },
      ),
    ),
    ...f.timestamps,
  },
  { title: "Session" },
);
export type Session = Static<typeof Session>;
export const SessionsRevoked = Type.Object(
  { revoked_count: Type.Integer({ description: "How many sessions were ended, rp sessions included." }) },
  { title: "SessionsRevoked" },
);

const ofStatus = { status: f.optional(f.oneOf(statuses)) };
const lifecycle = { body: f.StatusBody, returns: Session };

export const sessions = defineResource({
  name: "sessions",
  one: "session",
  segment: "sessions",
  param: "session_id",
  parent: issuers,
  description: "Where a user is signed in: at the issuer, and from there at its clients.",
  operations: {
    list: op.list({
      summary: "List an issuer's sessions",
      item: Session,
      filters: {
        user_id: f.optional(f.idInput("user")),
        client_id: f.optional(f.idInput("client")),
        ...ofStatus,
      },
    }),
    get: op.get({ summary: "Get a session", returns: Session }),
    suspend: op.action({
      suffix: "suspend",
      summary: "Suspend a session",
      description: "Its tokens are refused until it is reactivated; those of an op session's rp sessions with it.",
      ...lifecycle,
      emits: ["session.updated"],
    }),
    reactivate: op.action({
      suffix: "reactivate",
      summary: "Reactivate a suspended session",
      ...lifecycle,
      emits: ["session.updated"],
    }),
    revoke: op.action({
      suffix: "revoke",
      summary: "End a session for ever",
      description: "An op session takes its rp sessions along: one event, whose `counts` say how many.",
      ...lifecycle,
      emits: ["session.terminated"],
    }),
  },
});

export const userSessions = defineResource({
  name: "sessions",
  one: "session",
  segment: "sessions",
  param: "session_id",
  parent: users,
  description: "The sessions of one user.",
  operations: {
    list: op.list({ summary: "List a user's sessions", item: Session, filters: ofStatus, whole: true }),
    revokeAll: op.actionOnAll({
      suffix: "revoke-all",
      summary: "End all sessions of a user",
      description: "Records one event for each op session, and for each rp session that has outlived its own.",
      body: f.StatusBody,
      returns: SessionsRevoked,
      emits: ["session.terminated"],
    }),
  },
});
