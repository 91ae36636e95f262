/** The organization that is to be entered: the one that the application names by `org`, else the one that the person has picked. */
export const chosenOrganization = (
  params: Record<string, unknown> | undefined,
  result: Record<string, unknown> | undefined,
): string | undefined => {
  const picked = result?.select_organization as { org_id?: string } | undefined;
  return (params?.org as string | undefined) ?? picked?.org_id;
};
