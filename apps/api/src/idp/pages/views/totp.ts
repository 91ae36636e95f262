import { html } from "ghtml";
import { button, card, checkbox, form, isRefused, link, problems, ways, whose } from "../components.ts";
import type { FormProps, Html, Texts, View } from "../view.ts";
import { codeField } from "./email-code.ts";

export interface TotpProps extends FormProps<"code"> {
  identifier: string;
  otherAccountUrl: string;
  /** For how long a device can be trusted; without it none can. The form sends `trust=yes`. */
  trustDays?: number | undefined;
  backupCodeUrl?: string | undefined;
}

export const totp = (texts: Texts, props: TotpProps): View => {
  const { identifier, otherAccountUrl, trustDays, backupCodeUrl, errors } = props;
  const t = texts.totp;
  return card(
    t.title,
    html`${t.lead}`,
    [
      whose(texts, identifier, otherAccountUrl),
      problems(texts, errors, { code: t.code }),
      form(
        props,
        html`!${codeField(texts, t.code, errors?.code)}!${trustThisDevice(texts, trustDays)}!${button({ label: t.submit })}`,
      ),
      ways(backupCodeUrl && html`<p>!${link(backupCodeUrl, t.useBackup)}</p>`),
    ],
    isRefused(errors),
  );
};

export const trustThisDevice = ({ totp: t }: Texts, days: number | undefined): Html =>
  days === undefined ? "" : checkbox("trust", t.trust, { hint: t.trustHint(days) });
