import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import { notFound } from "../../http/problem.ts";
import type { Issuers } from "../issuers.ts";
import type { LiveIssuer } from "../live-issuer.ts";
import { issuerId } from "../mount.ts";
import { brandingCss } from "./branding.ts";

/** In this order: what stands further down wins. */
const sheets = ["colors", "elements", "frame", "forms", "buttons", "content", "portal", "media"];
const style = sheets.map((name) => readFileSync(new URL(`./styles/${name}.css`, import.meta.url), "utf8")).join("\n");
const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);
const styleFile = `style.${hashOf(style)}.css`;

/** The stylesheets of an issuer's pages. Without an issuer there is no branding, and no page of its own. */
export const stylesheetsOf = (id: string, issuer: Pick<LiveIssuer, "settings"> | undefined): string[] => {
  const branding = brandingCss(issuer?.settings.branding ?? none);
  const files = issuer ? [styleFile, `branding.${hashOf(branding)}.css`] : [styleFile];
  return files.map((file) => `/${id}/ui/assets/${file}`);
};

/** Each under its hash, to be kept for ever. Another hash is that of another version of the server, or of the branding. */
export const serveAssets = (scope: FastifyInstance, issuers: Pick<Issuers, "get">): void => {
  scope.get<{ Params: { issuer_id: string; file: string } }>(
    `/${issuerId}/ui/assets/:file(^(?:style|branding)\\.[0-9a-f]{16}\\.css$)`,
    async ({ params: { issuer_id, file } }, reply) => {
      const issuer = await issuers.get(issuer_id);
      if (!issuer && file.startsWith("branding.")) throw notFound();
      const text = file.startsWith("style.") ? style : brandingCss(issuer?.settings.branding ?? none);
      const [name] = file.split(".", 1);
      const isNow = file === `${name}.${hashOf(text)}.css`;
      reply.header("cache-control", isNow ? "public, max-age=31536000, immutable" : "no-cache");
      return reply.type("text/css; charset=utf-8").send(text);
    },
  );
};

export const none: LiveIssuer["settings"]["branding"] = {
  logo_url: null,
  primary_color: null,
  background_color: null,
  favicon_url: null,
};
