import { type Static, Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { users } from "./users.ts";

const fingerprint = f.text({
  max: 500,
  required: true,
  description: "What the device is known by, as you compute it; unique for the user.",
  examples: ["5f2c1a9e"],
});
const values = {
  name: f.nullable(f.text({ max: 200, required: true, description: "What the user calls it.", examples: ["Laptop"] })),
  user_agent: f.nullable(f.text({ max: 500, description: "The browser's `User-Agent`." })),
};
const expiresAt = f.millis("When the trust ends: the issuer's `settings.security.trusted_devices.max_age` later.");

export const TrustedDevice = Type.Object(
  {
    id: f.id("device"),
    account_id: f.id("account"),
    issuer_id: f.id("issuer"),
    user_id: f.id("user"),
    fingerprint,
    ...values,
    trusted_at: f.millis("When the device was last trusted."),
    expires_at: expiresAt,
    last_used_at: f.nullable(f.millis("When the trust last spared the user a second factor.")),
    ...f.timestamps,
  },
  { title: "TrustedDevice" },
);
export type TrustedDevice = Static<typeof TrustedDevice>;
export const TrustedDeviceCreate = f.createBody("TrustedDeviceCreate", { fingerprint }, values);
export const TrustedDeviceCreated = Type.Object(
  { device_id: f.id("device"), expires_at: expiresAt },
  { title: "TrustedDeviceCreated" },
);
export const TrustedDevicesRevoked = Type.Object(
  { revoked_count: Type.Integer({ minimum: 0 }) },
  { title: "TrustedDevicesRevoked" },
);

export const trustedDevices = defineResource({
  name: "trustedDevices",
  one: "trustedDevice",
  segment: "trusted-devices",
  param: "device_id",
  parent: users,
  description: "A device on which the user need not give a second factor again, until the trust ends.",
  operations: {
    list: op.list({
      summary: "List the devices that a user trusts",
      description: "Those whose trust has ended are left out.",
      item: TrustedDevice,
      whole: true,
    }),
    create: op.create({
      summary: "Trust a device",
      description:
        "A fingerprint that is known renews the trust of the same device, with the same id. At most 50 devices a user. Refused where the issuer's `settings.security.trusted_devices` are not enabled.",
      body: TrustedDeviceCreate,
      returns: TrustedDeviceCreated,
      emits: ["user.device.trusted"],
    }),
    delete: op.delete({ summary: "End the trust of a device", emits: ["user.device.revoked"] }),
    revokeAll: op.actionOnAll({
      suffix: "revoke-all",
      summary: "End the trust of all of a user's devices",
      description: "Records one event for each device.",
      returns: TrustedDevicesRevoked,
      emits: ["user.device.revoked"],
    }),
  },
});
