import { isRefused, problems } from "../components.ts";
import { backTo, type PortalProps, portal } from "../portal.ts";
import type { FormProps, Texts, View } from "../view.ts";
import { type EnrolTotpProps, enrolment } from "./enrol-totp.ts";

export interface AccountSecondFactorAddProps
  extends PortalProps,
    FormProps<"code">,
    Pick<EnrolTotpProps, "identifier" | "uri" | "secret" | "enrollmentId"> {}

export const accountSecondFactorAdd = (texts: Texts, props: AccountSecondFactorAddProps): View =>
  portal(texts, props, "secondFactor", {
    title: texts.enrol.title,
    lead: texts.enrol.lead,
    parts: [
      problems(texts, props.errors, { code: texts.enrol.code }),
      enrolment(texts, props),
      backTo(props, "secondFactor", texts.form.cancel),
    ],
    ...isRefused(props.errors),
  });
