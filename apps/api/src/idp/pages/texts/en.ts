import { consentTexts } from "./en/consent.ts";
import { invitationTexts } from "./en/invitation.ts";
import { portalTexts } from "./en/portal.ts";
import { secondFactorTexts } from "./en/second-factor.ts";
import { shared } from "./en/shared.ts";
import { signInTexts } from "./en/sign-in.ts";

/** What the pages say in English; the other languages have the same keys, which their types see to. */
export const en = {
  locale: "en",
  languages: { en: "English", fr: "Français" },
  ...shared,
  ...signInTexts,
  ...secondFactorTexts,
  ...consentTexts,
  ...invitationTexts,
  ...portalTexts,
};
