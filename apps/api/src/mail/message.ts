/** How the issuer looks in its mails. */
export interface Brand {
  name: string;
  logoUrl: string | null;
  /** `#rrggbb` */
  color: string | null;
}

/** A mail as its template writes it. */
export interface Written {
  subject: string;
  text: string;
  html: string;
  links: string[];
}

/** A mail as it is handed on. */
export interface Message extends Written {
  id: string;
  issuerId: string;
  to: string;
  createdAt: number;
}
