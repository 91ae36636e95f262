import { issuerSettingsDefault } from "@authpi/schema";
import { type FastifyInstance, fastify } from "fastify";
import type { LiveIssuer } from "../../src/idp/live-issuer.ts";
import { mountPages } from "../../src/idp/pages/mount.ts";
import { definePage, type PageDefinition } from "../../src/idp/pages/page.ts";
import { testDeps } from "../harness/deps.ts";
import { gallery } from "./gallery.ts";
import type { Words } from "./words.ts";

export const issuerId = `i_${"0".repeat(25)}`;

type Branding = LiveIssuer["settings"]["branding"];
export interface GalleryOptions {
  words: Words;
  branding?: Partial<Branding>;
  /** Further pages beside the gallery. */
  pages?: readonly PageDefinition[];
}

/** Serves every view as the server does: its layout, its headers, its stylesheets. */
export const serveGallery = async ({
  words,
  branding = {},
  pages = [],
}: GalleryOptions): Promise<{ app: FastifyInstance; url: string }> => {
  const app = fastify();
  const base: Pick<LiveIssuer, "id" | "name" | "links" | "settings"> = {
    id: issuerId,
    name: words.issuer,
    links: {
      privacy_policy: "https://example.com/privacy",
      terms_of_service: "https://example.com/terms",
      website: null,
      support: "https://example.com/support",
      documentation: null,
    },
    settings: { ...issuerSettingsDefault, branding: { ...issuerSettingsDefault.branding, ...branding } },
  };
  const issuers = {
    // The pages take these of an issuer, and nothing of its provider.
    get: async (id: string) => (id === issuerId ? ({ ...base, url: `${url}/${issuerId}` } as LiveIssuer) : undefined),
  };
  const show = definePage({
    path: "/ui/gallery/:name",
    get: ({ html, locale, params: { name = "" } }) => {
      const view = gallery(locale, words)[name];
      if (!view) throw new Error(`There is no view ${name}.`);
      return html(view, { images: ["data:,"] });
    },
  });
  mountPages(app, { issuers, deps: testDeps(), log: app.log }, [show, ...pages]);
  let url = "";
  url = await app.listen({ host: "127.0.0.1", port: 0 });
  return { app, url };
};
