import { UserProfile } from "@authpi/schema";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { changeProfile, type OwnProfile } from "../../../core/users/change-profile.ts";
import { mailAddressOf } from "../../../core/users/find-by-identifier.ts";
import type { Runtime } from "../../runtime.ts";
import type { Texts } from "../view.ts";
import { accountProfile } from "../views/account-profile.ts";
import { accountPage, accountPath, backTo, changing, type Visit } from "./visit.ts";

type Name = keyof OwnProfile;
type Form = Partial<Record<Name, string>>;
type Errors = Partial<Record<Name, string>>;

const text = Type.Optional(Type.String());

/** What applications see of the user, as far as users write it themselves. */
export const profilePage = (runtime: Runtime) =>
  accountPage(runtime, {
    path: "",
    form: Type.Object({
      ...{ first_name: text, last_name: text, display_name: text },
      ...{ picture_url: text, locale: text, zoneinfo: text },
    }),
    get: (visit) => show(visit, visit.user.profile),
    post: async (visit, form) => {
      const profile = profileIn(form);
      const errors = errorsIn(visit.context.texts, profile);
      if (Object.keys(errors).length > 0) return show(visit, profile, errors);
      await changing(visit, "profile", (tx) => changeProfile(tx, runtime.deps, visit.place, profile));
      return backTo(visit, "profile", "saved");
    },
  });

const show = ({ context, props, user }: Visit, profile: OwnProfile, errors?: Errors) => {
  const mail = mailAddressOf(user);
  const [email, emailVerified] = [mail?.address ?? null, mail?.isProved ?? false];
  const values = {
    first_name: profile.first_name ?? "",
    last_name: profile.last_name ?? "",
    display_name: profile.display_name ?? "",
    picture_url: profile.picture_url ?? "",
    locale: profile.locale ?? "",
    zoneinfo: profile.zoneinfo ?? "",
  };
  const view = accountProfile(context.texts, {
    ...{ ...props, email, emailVerified, values, errors },
    changeEmailUrl: context.to(`${accountPath}/email`),
    verifyEmailAction: emailVerified || email === null ? undefined : context.to(`${accountPath}/email/confirm/send`),
  });
  return context.html(view, errors ? { status: 400 } : {});
};

/** A field that is left empty has no value. */
const profileIn = (form: Form): OwnProfile => {
  const said = (name: Name) => form[name]?.trim() || null;
  return {
    ...{ first_name: said("first_name"), last_name: said("last_name"), display_name: said("display_name") },
    ...{ picture_url: said("picture_url"), locale: said("locale"), zoneinfo: said("zoneinfo") },
  };
};

const errorsIn = ({ errors: t }: Texts, profile: OwnProfile): Errors => {
  const errors: Errors = {};
  const isGood = (name: Name): boolean => Value.Check(UserProfile.properties[name], profile[name]);
  for (const name of ["first_name", "last_name", "display_name"] as const) {
    if (!isGood(name)) errors[name] = (profile[name]?.length ?? 0) > 200 ? t.tooLong : t.invalid;
  }
  if (!isGood("picture_url") || !isWeb(profile.picture_url)) errors.picture_url = t.url;
  if (!isGood("locale")) errors.locale = t.invalid;
  if (!isGood("zoneinfo") || !isZone(profile.zoneinfo)) errors.zoneinfo = t.timezone;
  return errors;
};

const isWeb = (url: string | null): boolean =>
  url === null || ["https:", "http:"].includes(URL.parse(url)?.protocol ?? "");

const isZone = (zone: string | null): boolean => {
  if (zone === null) return true;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
};
