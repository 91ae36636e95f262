import { trustedDevices } from "@authpi/schema";
import * as devices from "../../../core/trusted-devices/store.ts";
import { trustDevice } from "../../../core/trusted-devices/trust.ts";
import { find as findUser, type UserRow } from "../../../core/users/store.ts";
import type { Tx } from "../../../db/tx.ts";
import type { Deps } from "../../../deps.ts";
import type { NewEvent } from "../../../events/append.ts";
import { tell } from "../../../events/tell.ts";
import { asksForSecondFactor, entryAsks } from "../../second-factor.ts";
import { readCookie, setCookie } from "../cookies.ts";
import { type Flow, signIn } from "./flow.ts";

/** How long a first factor waits for the second. */
const FIRST_MS = 10 * 60_000;
const deviceCookie = "authpi_device";

/** Who has shown the first factor in this sign-in, a short while ago. */
export interface Halfway {
  user: UserRow;
  method: string;
  amr: string[];
}

/** Undefined where the sign-in has to begin again. */
export const halfway = async ({ runtime, context, progress }: Flow): Promise<Halfway | undefined> => {
  const { user_id, method, amr, shown_at = 0 } = progress;
  if (user_id === undefined || method === undefined || amr === undefined) return undefined;
  if (runtime.deps.clock.now() - shown_at > FIRST_MS) return undefined;
  const { issuer } = context;
  const user = await runtime.database.transaction(issuer.accountId, (tx) =>
    findUser(tx, issuer.id, user_id, { lock: false }),
  );
  return user?.status === "active" ? { user, method, amr } : undefined;
};

/** Both factors are shown. */
export const signInByTwo = (flow: Flow, { user, method, amr }: Halfway) =>
  signIn(flow, { accountId: user.id, method, amr: [...new Set([...amr, "otp", "mfa"])], acr: "2" });

/**
 * The page of the second factor that is still to be shown; undefined where none is. What an organization asks for, or an application, is
 * asked for on a trusted device too: they are told of two factors. An organization's word holds where the issuer has none.
 */
export const nextFactor = async (flow: Flow, user: UserRow): Promise<"totp" | "enrol-totp" | undefined> => {
  const { runtime, context, interaction } = flow;
  const { settings } = context.issuer;
  const { mfa } = settings.security;
  const { params, lastSubmission: result } = interaction;
  const entry = { userId: user.id, client: flow.asking, params, result };
  const isEntryOfTwo = await entryAsks(runtime, context.issuer, entry);
  const has = user.security.totp_enrolled;
  if (!isEntryOfTwo && (mfa === "off" || (mfa === "optional" && !has))) return undefined;
  const isTold = isEntryOfTwo || (has && asksForSecondFactor(settings, interaction.params));
  if (!isTold && has && (await isTrusted(flow, user, { use: true }))) return undefined;
  return has ? "totp" : "enrol-totp";
};

/** For how many days a device can be trusted; undefined where none can. */
export const trustDaysOf = ({ context }: Flow): number | undefined => {
  const { enabled, max_age } = context.issuer.settings.security.trusted_devices;
  return enabled ? Math.max(1, Math.floor(max_age / 86_400)) : undefined;
};

/** Whether the user trusts this browser. */
export const isTrusted = async (
  { runtime: { database, deps }, context }: Flow,
  { id: user_id, issuer_id }: UserRow,
  { use }: { use: boolean },
): Promise<boolean> => {
  const { issuer, request } = context;
  const fingerprint = fingerprintOf(deps, issuer.id, request);
  if (fingerprint === undefined || !issuer.settings.security.trusted_devices.enabled) return false;
  const place = { issuer_id, user_id };
  const now = deps.clock.now();
  return database.transaction(issuer.accountId, async (tx) => {
    const known = use
      ? await devices.use(tx, place, fingerprint, now)
      : await devices.known(tx, place, fingerprint, now);
    return known !== undefined;
  });
};

/** What this browser is known by where somebody trusts it; undefined where nobody does. */
export const fingerprintOf = (
  { secrets }: Pick<Deps, "secrets">,
  issuerId: string,
  request: Parameters<typeof readCookie>[0],
): string | undefined => {
  const value = readCookie(request, deviceCookie);
  return value === undefined ? undefined : secrets.macHexOf(issuerId, `device ${value}`);
};

/** The user trusts this browser from now on, by a new cookie: nobody can have put it there before. As many as they may have are enough. */
export const trustBrowser = async (flow: Flow, tx: Tx, { id: user_id, issuer_id }: UserRow): Promise<NewEvent[]> => {
  const { runtime, context } = flow;
  const { issuer, request, reply } = context;
  const { deps } = runtime;
  const value = deps.secrets.nonce();
  const trusted = await trustDevice(
    tx,
    deps,
    { issuer_id, user_id },
    {
      fingerprint: deps.secrets.macHexOf(issuer.id, `device ${value}`),
      user_agent: request.headers["user-agent"]?.slice(0, 500) ?? null,
    },
  );
  if (trusted.outcome !== "trusted") return [];
  setCookie(reply, issuer, deviceCookie, value, issuer.settings.security.trusted_devices.max_age);
  return [tell(tx, trustedDevices, "user.device.trusted", trusted.device)];
};
