import type { en } from "./texts/en.ts";

/** Text that is markup already: what `html` of ghtml makes. It goes into other markup as `!${…}`, and nothing else does. */
export type Html = string;

/** The words of one language. */
export type Texts = typeof en;

/** What a view says: the layout around it is `page`'s. */
export interface View {
  title: string;
  body: Html;
  /** Of a page of the portal, which is wide: who is signed in, and the way around. Everything else is a card. */
  frame?: { person: Html; navigation: Html };
  /** The form was refused: the title says so first, as it is what a screen reader reads first. */
  refused?: boolean;
}

/** What was wrong with a form, in the reader's language: of each field, and of the whole under `form`. */
export type Errors<Field extends string = never> = Partial<Record<Field | "form", string | undefined>>;

/** What every view with a form is given. */
export interface FormProps<Field extends string = never> {
  csrf: string;
  /** Where the form goes; without it to the page's own address. */
  action?: string | undefined;
  /** What was typed before, or is known. Never a password or a code. */
  values?: Partial<Record<Field, string | undefined>> | undefined;
  errors?: Errors<Field> | undefined;
}
