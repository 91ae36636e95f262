import { type Static, Type } from "typebox";
import * as f from "../fields.ts";

export const invitationStatuses = ["pending", "accepted", "declined", "revoked", "expired"] as const;
const WEEK = 7 * 86_400;
export const invitationSecondsDefault = WEEK;

const expiresIn = Type.Integer({
  minimum: 60,
  maximum: 7_776_000,
  description:
    "How long it may be accepted, from its creation or from the PATCH that sets it. Seconds; 7 days by default.",
  examples: [WEEK],
});
const opaqueId = f.nullable(
  Type.String({ minLength: 1, maxLength: 100, pattern: "^[^\\x00-\\x1f\\x7f]*$", description: "An id of yours." }),
);
const inviterFields = { id: opaqueId, name: f.nullable(f.text({ max: 200, description: "As the mail names them." })) };
export const Inviter = Type.Object(inviterFields, { title: "Inviter", ...f.closed });
export type Inviter = Static<typeof Inviter>;
const InviterInput = Type.Object(Type.Partial(Type.Object(inviterFields)).properties, {
  title: "InviterInput",
  description: "Who invites, in your words.",
  ...f.closed,
});

const email = f.email("The address that the invitation goes to; lower case in answers.");
const groups = Type.Array(f.idInput("group"), {
  maxItems: 100,
  uniqueItems: true,
  description: "The groups that it leads into. One that is deleted before it is accepted gives nothing.",
});
const about = {
  user_title: f.nullable(f.text({ max: 200, description: "What the person will be there." })),
  message: f.nullable(
    f.text({
      max: 2000,
      lines: true,
      description: "A few words in the mail; the organization's `invitation_message` where there are none.",
    }),
  ),
  locale: f.nullable(
    Type.String({
      maxLength: 35,
      pattern: "^[A-Za-z0-9-]*$",
      description: "The language of the mail, where the user of the address has not chosen one: `en` or `fr`.",
      examples: ["fr"],
    }),
  ),
};

export const Invitation = Type.Object(
  {
    id: f.id("invitation"),
    account_id: f.id("account"),
    issuer_id: f.id("issuer"),
    org_id: f.id("organization"),
    email_invited: email,
    user_id_invited: f.nullable(
      f.id("user", "The user of that address when the last mail was made; never one of the root issuer's"),
    ),
    scopes: f.scopes("What the membership will give by itself."),
    groups: Type.Array(f.id("group"), { description: "The groups that it leads into." }),
    ...about,
    inviter: f.nullable(Inviter),
    expires_in_seconds: expiresIn,
    metadata: f.metadata,
    ...f.statusFields(invitationStatuses),
    status: f.oneOf(invitationStatuses, {
      description: "`expired` from `expires_at` on; that alone does not move the `ETag`.",
    }),
    expires_at: f.millis("Until when it may be accepted."),
    accepted_at: f.nullable(f.millis("When it was accepted.")),
    declined_at: f.nullable(f.millis("When it was declined.")),
    revoked_at: f.nullable(f.millis("When it was revoked.")),
    last_email_sent_at: f.nullable(f.millis("When a mail with the link was last handed on for sending.")),
    ...f.timestamps,
  },
  { title: "Invitation" },
);
export type Invitation = Static<typeof Invitation>;

const scopes = f.scopes(
  "What the membership will give by itself; at least one scope or one group. The organization's `default_member_scopes` where neither is named.",
);
export const InvitationCreate = f.createBody(
  "InvitationCreate",
  { email_invited: email },
  { scopes, groups, ...about, inviter: InviterInput, expires_in_seconds: expiresIn, metadata: f.metadata },
);
export const InvitationUpdate = f.updateBody("InvitationUpdate", {
  scopes: f.nullable(scopes),
  groups: f.nullable(groups),
  ...about,
  expires_in_seconds: expiresIn,
  metadata: f.nullable(f.metadata),
  ...f.statusInput(["revoked"]),
});
