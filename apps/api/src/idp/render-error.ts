import type { ErrorOut, KoaContextWithOIDC } from "oidc-provider";
import type { LiveIssuer } from "./live-issuer.ts";
import { localeOf, textsOf } from "./pages/locale.ts";
import { render } from "./pages/render.ts";
import { error } from "./pages/views/error.ts";

/**
 * What cannot be told to a client, because nobody knows whether it is one, or whether the address is its own, is told to the person
 * on a page. Programs get JSON: of them the library asks only where the caller prefers HTML.
 */
export const renderError =
  (issuer: Pick<LiveIssuer, "id" | "name" | "links" | "settings">) =>
  (ctx: KoaContextWithOIDC, out: ErrorOut): void => {
    const { route } = ctx.oidc;
    if (route !== "authorization" && route !== "resume") {
      ctx.body = out;
      return;
    }
    const locale = localeOf(ctx, ctx.query.ui_locales?.toString());
    const texts = textsOf(locale);
    const { failure: t } = texts;
    const view = error(texts, {
      ...(ctx.status >= 500
        ? { title: t.internal, message: t.internalText }
        : { title: t.client, message: t.clientText }),
      detail: [out.error, out.error_description].filter(Boolean).join(": "),
      reference: ctx.get("x-request-id"),
    });
    const { headers, body } = render(issuer.id, { issuer, view, locale });
    ctx.set(headers);
    ctx.body = body;
  };
