import type { FastifyReply, FastifyRequest } from "fastify";
import type { Static, TObject, TRecord } from "typebox";
import type { LiveIssuer } from "../live-issuer.ts";
import type { Locale } from "./locale.ts";
import type { Texts, View } from "./view.ts";

export type FormSchema = TObject | TRecord;

/** How an answer differs from a plain page. */
export interface Answer {
  status?: number;
  /** Redirect URIs that a form of the page may lead to, in one or more steps. */
  formActions?: readonly string[];
  /** Images of others on it. */
  images?: readonly (string | null | undefined)[];
}

/** What a page's handlers are given. */
export interface PageContext {
  issuer: LiveIssuer;
  request: FastifyRequest;
  reply: FastifyReply;
  locale: Locale;
  texts: Texts;
  /** The token for the page's forms. */
  csrf: string;
  /** What stands in the path, without the issuer; and the query, where what is said twice is refused. */
  params: Record<string, string>;
  query: Record<string, string>;
  /** The address of a path below the issuer: `/ui/account` is `/{issuer_id}/ui/account`. */
  to(path: string): string;
  html(view: View, answer?: Answer): FastifyReply;
  /** On to a path below the issuer, as a GET (303). */
  redirect(path: string): FastifyReply;
  /** On to somewhere else, such as the provider's own address for going on. */
  leave(url: string): FastifyReply;
  /** The same in the language that an application asked for, unless the reader has chosen one here. */
  preferring(uiLocales: string | undefined): PageContext;
}

export interface PostContext<Form> extends PageContext {
  /** What the schema has checked, without the token. A field that the schema does not name is not there. */
  form: Form;
}

export interface PageDefinition<Schema extends FormSchema = FormSchema> {
  /** Below the issuer, with parameters as Fastify writes them: `/ui/interaction/:uid`. */
  path: `/ui/${string}`;
  /** May be open in a window that a client watches: every page of an interaction. */
  inPopup?: boolean;
  /** What a POST brings, each field a text: closed or not, what it does not name is dropped. */
  form?: Schema;
  get?(context: PageContext): Promise<FastifyReply> | FastifyReply;
  post?(context: PostContext<Static<Schema>>): Promise<FastifyReply> | FastifyReply;
}

/** Ties a page's form to what its handler is given. */
export const definePage = <Schema extends FormSchema>(definition: PageDefinition<Schema>): PageDefinition<Schema> =>
  definition;
