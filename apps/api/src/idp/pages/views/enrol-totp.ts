import { html } from "ghtml";
import { button, card, form, isRefused, link, problems, ways } from "../components.ts";
import { qrCode } from "../qr-code.ts";
import type { FormProps, Html, Texts, View } from "../view.ts";
import { codeField } from "./email-code.ts";

export interface EnrolTotpProps extends FormProps<"code"> {
  issuer: string;
  identifier: string;
  /** The `otpauth:` URI, and the secret in it, in base 32. */
  uri: string;
  secret: string;
  /** Sent back with the code, as `enrollment_id`. */
  enrollmentId: string;
  /** Whether nobody gets on without it. */
  required: boolean;
  /** Where "not now" goes, where it can. */
  laterUrl?: string | undefined;
}

export const enrolTotp = (texts: Texts, props: EnrolTotpProps): View => {
  const { issuer, required, laterUrl, errors } = props;
  const t = texts.enrol;
  return card(
    t.title,
    html`${required ? t.leadRequired(issuer) : t.lead}`,
    [
      problems(texts, errors, { code: t.code }),
      enrolment(texts, props),
      ways(laterUrl && html`<p>!${link(laterUrl, t.later)}</p>`),
    ],
    isRefused(errors),
  );
};

export const enrolment = (texts: Texts, props: Omit<EnrolTotpProps, "issuer" | "required" | "laterUrl">): Html => {
  const { identifier, uri, secret, enrollmentId, errors } = props;
  const t = texts.enrol;
  const hidden = html`<input type="hidden" name="enrollment_id" value="${enrollmentId}">`;
  return html`<div class="enrol">
<p><strong>${t.scan}</strong><br><span class="muted">${t.apps}</span></p>
!${qrCode(uri, t.picture)}
<dl class="facts"><div><dt>${t.key}</dt><dd class="secret">${inGroups(secret)}</dd></div><div><dt>${t.account}</dt><dd><bdi>${identifier}</bdi></dd></div></dl>
</div>
!${form(props, html`!${hidden}!${codeField(texts, t.code, errors?.code)}!${button({ label: t.submit })}`)}`;
};

/** Four by four, as it is read and typed. */
const inGroups = (secret: string): string => secret.replace(/(.{4})(?=.)/g, "$1 ");
