import { html } from "ghtml";
import { button, card, field, form, isRefused, link, problems, ways, whose } from "../components.ts";
import type { FormProps, Texts, View } from "../view.ts";
import { trustThisDevice } from "./totp.ts";

export interface BackupCodeProps extends FormProps<"code"> {
  identifier: string;
  otherAccountUrl: string;
  trustDays?: number | undefined;
  totpUrl?: string | undefined;
}

export const backupCode = (texts: Texts, props: BackupCodeProps): View => {
  const { identifier, otherAccountUrl, trustDays, totpUrl, errors } = props;
  const t = texts.backup;
  // Letters and digits: a numeric keyboard could not write them.
  const code = field(texts, {
    name: "code",
    label: t.code,
    autocomplete: "off",
    inputmode: "text",
    maxLength: 32,
    code: true,
    autofocus: true,
    error: errors?.code,
  });
  return card(
    t.title,
    html`${t.lead}`,
    [
      whose(texts, identifier, otherAccountUrl),
      problems(texts, errors, { code: t.code }),
      form(props, html`!${code}!${trustThisDevice(texts, trustDays)}!${button({ label: t.submit })}`),
      ways(totpUrl && html`<p>!${link(totpUrl, t.useTotp)}</p>`),
    ],
    isRefused(errors),
  );
};
