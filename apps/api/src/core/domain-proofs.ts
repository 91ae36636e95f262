import type { Deps } from "../deps.ts";
import { normalizeHost } from "../domain/hosts.ts";
import { invalidField } from "../http/problem.ts";

/** How many domains an account has at most, and an organization. */
export const DOMAINS_MAX = 20;

/** @throws {Problem} 400 where the field is no domain that somebody can own. */
export const requireHost = (field: string, text: string): string => {
  const host = normalizeHost(text);
  if (host !== undefined) return host;
  throw invalidField(
    field,
    "must be a domain such as acme.com or login.acme.com, without a scheme, a port or a wildcard",
  );
};

export const newTxtValue = (deps: Pick<Deps, "secrets">): string => `authpi-verification=${deps.secrets.nonce()}`;

/** Where the record stands. Its name is told from a host alone, so that it can be looked up before there is a row. */
export const txtNameOf = (host: string): string => `_authpi-challenge.${host}`;

export const txtRecordOf = (host: string, value: string) => ({
  txt_record_name: txtNameOf(host),
  txt_record_value: value,
});

/** The texts that stand there now. */
export const lookUp = async (deps: Pick<Deps, "resolveTxt">, host: string): Promise<readonly string[] | undefined> =>
  // What is no domain of ours is nobody's: there is nothing to ask for.
  normalizeHost(host) === host ? deps.resolveTxt(txtNameOf(host)) : [];

/** What speaks against the domain; undefined where the record is there. */
export const faultOf = (host: string, value: string, found: readonly string[] | undefined): string | undefined => {
  const name = txtNameOf(host);
  if (found === undefined) return `No name server gave an answer for the TXT record ${name}.`;
  if (found.includes(value)) return undefined;
  const wanted = `The TXT record ${name} with the value ${value} was not found`;
  if (found.length === 0) return `${wanted}; the name has no TXT record.`;
  const shown = found.slice(0, shownMax).map((text) => JSON.stringify(text.slice(0, shownCharactersMax)));
  return `${wanted}; it has ${shown.join(", ")}${found.length > shownMax ? " and others" : ""}.`;
};
const shownMax = 3;
const shownCharactersMax = 100;
