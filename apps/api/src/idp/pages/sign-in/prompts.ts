import type { Flow } from "./flow.ts";

/** The page that asks what the provider wants to know; undefined for a sign-in, which is the first page itself. */
export const pageOfPrompt = ({ interaction: { prompt } }: Pick<Flow, "interaction">): string | undefined =>
  pages[prompt.name];

const pages: Readonly<Record<string, string>> = {
  create: "sign-up",
  select_account: "account",
  select_organization: "organization",
  consent: "consent",
};
