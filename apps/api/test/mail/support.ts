import type { ApiClient } from "../harness/client.ts";

export interface Captured {
  id: string;
  issuer_id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  links: string[];
  created_at: number;
}

/** The account's captured mails as /dev/mail.json shows them, newest first. */
export const mailsOf = async (api: ApiClient, query = ""): Promise<Captured[]> => {
  const { status, text, body } = await api.get(`/dev/mail.json${query}`);
  if (status !== 200) throw new Error(`${status} ${text}`);
  return body.data;
};
