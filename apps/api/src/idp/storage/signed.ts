/** A sign-in by oidc-provider's names, as its codes and refresh tokens carry it. */
export interface Signed {
  accountId?: string | undefined;
  clientId?: string | undefined;
  sessionUid?: string | undefined;
  sid?: string | undefined;
  grantId?: string | undefined;
  acr?: string | undefined;
  amr?: string[] | undefined;
  authTime?: number | undefined;
}
