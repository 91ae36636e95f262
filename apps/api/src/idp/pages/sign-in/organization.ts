import { Type } from "typebox";
import type { Runtime } from "../../runtime.ts";
import { ownOf } from "../../storage/clients.ts";
import { findSubject, type Subject } from "../../subject.ts";
import { definePage } from "../page.ts";
import { chooseOrganization } from "../views/choose-organization.ts";
import { answer, asAnother, type Flow, flowOf, formActionsOf, signedIn } from "./flow.ts";

/** Which of their organizations the person enters, of those that the application may know of. */
export const organizationPage = (runtime: Runtime) =>
  definePage({
    path: "/ui/interaction/:uid/organization",
    inPopup: true,
    form: Type.Object({ organization: Type.String({ maxLength: 64 }) }),
    get: async (context) => {
      const flow = await flowOf(runtime, context);
      const subject = await askedOf(flow);
      if (!subject) return context.redirect(flow.path());
      const [first, ...others] = subject.organizations;
      // One that the application has named holds; where there is no choice nobody is bothered with it.
      if (!first || flow.interaction.params.org !== undefined) return answer(flow, { select_organization: {} });
      if (others.length === 0) return answer(flow, { select_organization: { org_id: first.id } });
      return show(flow, subject);
    },
    post: async ({ form, ...context }) => {
      const flow = await flowOf(runtime, context);
      const subject = await askedOf(flow);
      if (!subject) return context.redirect(flow.path());
      const chosen = subject.organizations.find(({ id }) => id === form.organization);
      if (!chosen) return show(flow, subject, context.texts.errors.invalid);
      return answer(flow, { select_organization: { org_id: chosen.id } });
    },
  });

/** Undefined where the provider has not asked, or nobody is there to be asked. */
const askedOf = async (flow: Flow): Promise<Subject | undefined> => {
  if (flow.interaction.prompt.name !== "select_organization") return undefined;
  const user = await signedIn(flow);
  const { organizations: shown } = ownOf(flow.asking);
  return user && findSubject(flow.runtime, flow.context.issuer, { userId: user.id, shown });
};

const show = (flow: Flow, { organizations, username }: Subject, error?: string) => {
  const { context, client } = flow;
  return context.html(
    chooseOrganization(context.texts, {
      csrf: context.csrf,
      client,
      identifier: username,
      otherAccountUrl: asAnother(flow),
      organizations: organizations.map(({ id, title }) => ({ id, name: title || id, title: null })),
      errors: { form: error },
    }),
    { formActions: formActionsOf(flow), ...(error && { status: 400 }) },
  );
};
