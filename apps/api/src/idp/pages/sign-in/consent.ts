import { Type } from "typebox";
import { grantConsent } from "../../../core/consents/grant.ts";
import { chosenOrganization } from "../../chosen-organization.ts";
import { askedScopes } from "../../grants.ts";
import type { Runtime } from "../../runtime.ts";
import { ownOf } from "../../storage/clients.ts";
import { findSubject } from "../../subject.ts";
import { definePage } from "../page.ts";
import { consent as view } from "../views/consent.ts";
import { answer, asAnother, cancel, type Flow, flowOf, formActionsOf, signedIn, within } from "./flow.ts";

/** Whether the person lets an application have what it asks for. */
export const consentPage = (runtime: Runtime) =>
  definePage({
    path: "/ui/interaction/:uid/consent",
    inPopup: true,
    form: Type.Object({ decision: Type.Enum(["allow", "deny"]) }),
    get: async (context) => {
      const flow = await flowOf(runtime, context);
      return isAsked(flow) ? show(flow) : context.redirect(flow.path());
    },
    post: async ({ form, ...context }) => {
      const flow = await flowOf(runtime, context);
      const user = isAsked(flow) ? await signedIn(flow) : undefined;
      if (!user) return context.redirect(flow.path());
      if (form.decision === "deny") return cancel(flow, "the user did not allow it");
      // Ours keep nothing: they have what they ask for, and are here by `prompt=consent` alone.
      if (!ownOf(flow.asking).internal) {
        const what = { issuerId: context.issuer.id, userId: user.id, clientId: flow.asking.clientId };
        await within(flow, "consent", (tx) => grantConsent(tx, runtime.deps, { ...what, scopes: askedOf(flow) }));
      }
      return answer(flow, { consent: {} });
    },
  });

const isAsked = ({ interaction }: Flow): boolean => interaction.prompt.name === "consent";

/** Those that the client may have at all: the others are not spoken of. */
const askedOf = ({ asking, interaction }: Flow): string[] => askedScopes(asking, interaction.params);

const show = async (flow: Flow) => {
  const { runtime, context, asking, interaction } = flow;
  const user = await signedIn(flow);
  if (!user) return context.leave(asAnother(flow));
  const { organizations: shown } = ownOf(asking);
  const subject = await findSubject(runtime, context.issuer, { userId: user.id, shown });
  const selected = chosenOrganization(interaction.params, interaction.lastSubmission);
  const organizations = (subject?.organizations ?? []).filter(({ id }) => selected === undefined || id === selected);
  const goesTo = URL.parse(String(interaction.params.redirect_uri))?.host;
  return context.html(
    view(context.texts, {
      csrf: context.csrf,
      client: { name: asking.clientName ?? asking.clientId, logoUrl: asking.logoUri },
      identifier: user.username,
      otherAccountUrl: asAnother(flow),
      scopes: askedOf(flow).map((name) => ({ name })),
      organizations: organizations.map(({ id, title }) => ({ name: title || id })),
      ...(goesTo && { goesTo }),
    }),
    { formActions: formActionsOf(flow), images: [asking.logoUri] },
  );
};
