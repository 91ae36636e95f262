import type { en } from "./en.ts";
import { consentTexts } from "./fr/consent.ts";
import { invitationTexts } from "./fr/invitation.ts";
import { portalTexts } from "./fr/portal.ts";
import { secondFactorTexts } from "./fr/second-factor.ts";
import { shared } from "./fr/shared.ts";
import { signInTexts } from "./fr/sign-in.ts";

export const fr: typeof en = {
  locale: "fr",
  languages: { en: "English", fr: "Français" },
  ...shared,
  ...signInTexts,
  ...secondFactorTexts,
  ...consentTexts,
  ...invitationTexts,
  ...portalTexts,
};
