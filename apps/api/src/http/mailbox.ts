import type { FastifyInstance, onRequestHookHandler } from "fastify";
import { html } from "ghtml";
import { Type } from "typebox";
import type { Database } from "../db/open.ts";
import { type CapturedMail, captured } from "../mail/mailbox.ts";
import { type Caller, requireScope } from "./caller.ts";
import { notFound } from "./problem.ts";

interface MailboxOptions {
  database: Database;
  identify: onRequestHookHandler;
}

const Filters = Type.Object(
  { to: Type.Optional(Type.String({ minLength: 1, maxLength: 254, pattern: "^[^\\x00-\\x1f\\x7f]*$" })) },
  { additionalProperties: false },
);

/**
 * `/dev/mail`, and the same as JSON: the mails that a server without SMTP has kept, for the account whose key asks. Their links are
 * as good as what they lead to, so the key must hold everything.
 */
export const serveMailbox = (app: FastifyInstance, { database, identify }: MailboxOptions): void => {
  const mailsFor = ({ caller, query }: { caller: Pick<Caller, "accounts">; query: unknown }) => {
    const [account] = caller.accounts;
    // The validator admitted exactly these.
    const filters = query as { to?: string };
    if (!account) throw notFound();
    return database.transaction(account.accountId, (tx) => captured(tx, filters));
  };
  const options = { onRequest: [identify, holdsAll], schema: { querystring: Filters } };

  app.get("/dev/mail.json", options, async (request, reply) => {
    const mails = await mailsFor(request);
    reply.header("cache-control", "no-store");
    return { data: mails.map(present) };
  });
  app.get("/dev/mail", options, async (request, reply) => {
    const mails = await mailsFor(request);
    reply.headers({ "cache-control": "no-store", "content-security-policy": policy, "referrer-policy": "no-referrer" });
    return reply.type("text/html; charset=utf-8").send(pageOf(mails));
  });
};

const holdsAll: onRequestHookHandler = (request, _, done) => {
  requireScope(request.caller, "*:**");
  done();
};

const present = ({ id, issuer_id, to, subject, text, html, links, created_at }: CapturedMail) => ({
  id,
  issuer_id,
  to,
  subject,
  text,
  html,
  links,
  created_at,
});

/** No script and nothing from elsewhere, also inside of the frames, which have the page's policy. */
const policy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const style = `body{margin:2rem auto;max-width:60rem;padding:0 1rem;font:16px/1.5 system-ui,sans-serif;color:#18181b}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin:0}article{margin:1.5rem 0;padding:1rem;border:1px solid #d4d4d8;border-radius:8px}
p{margin:.25rem 0;color:#52525b}iframe{width:100%;height:32rem;border:1px solid #e4e4e7;border-radius:4px;margin-top:.5rem}
pre{white-space:pre-wrap;overflow-wrap:anywhere}a{overflow-wrap:anywhere}`;

const pageOf = (mails: readonly CapturedMail[]): string => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Captured mail</title>
<link rel="icon" href="data:,">
<style>!${style}</style>
</head>
<body>
<h1>Captured mail</h1>
<p>This server has no AUTHPI_SMTP_URL: it keeps mail here and sends none.</p>
<form method="get"><label>To <input name="to" type="email" required></label> <button>Filter</button> <a href="/dev/mail">All</a></form>
!${mails.length === 0 ? html`<p>There is no mail.</p>` : mails.map(articleOf)}
</body>
</html>
`;

const articleOf = ({ to, subject, text, html: content, links, created_at }: CapturedMail): string => html`<article>
<h2>${subject}</h2>
<p>To ${to}, <time>${new Date(created_at).toISOString()}</time></p>
!${links.map((link) => html`<p><a href="${link}" rel="noreferrer">${link}</a></p>`)}
<iframe sandbox srcdoc="${content}" title="${subject}" loading="lazy"></iframe>
<details><summary>Text</summary><pre>${text}</pre></details>
</article>
`;
