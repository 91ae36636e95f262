import { isIP } from "node:net";
import { Redacted } from "./domain/redacted.ts";

/** Reads a setting's text; `undefined` says that it breaks the setting's rule. */
export type Rule<T> = (text: string) => T | undefined;

const secretKeyBytes = 32;

export const anyText: Rule<string> = (text) => text;

export function wholeNumber(min: number, max: number): Rule<number> {
  return (text) => {
    const value = Number(text);
    return /^\d{1,9}$/.test(text) && value >= min && value <= max ? value : undefined;
  };
}

export function oneOf<const T extends string>(values: readonly T[]): Rule<T> {
  return (text) => values.find((value) => value === text);
}

export const origin: Rule<string> = (text) => {
  const url = URL.parse(text);
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href;
  return isOrigin && !text.endsWith("/") ? url.origin : undefined;
};

export const contact: Rule<string> = (text) =>
  URL.canParse(text) && /^(mailto|https):\S+$/.test(text) ? text : undefined;

export const hostName: Rule<string> = (text) => (/^[A-Za-z0-9.:_-]{1,253}$/.test(text) ? text : undefined);

export const postgresUrl: Rule<Redacted<string>> = (text) => {
  const url = URL.parse(text);
  return url !== null && /^postgres(ql)?:$/.test(url.protocol) ? new Redacted(text) : undefined;
};

export const smtpUrl: Rule<Redacted<string>> = (text) => {
  const url = URL.parse(text);
  return url !== null && /^smtps?:$/.test(url.protocol) && url.hostname !== "" ? new Redacted(text) : undefined;
};

/** `no-reply@example.com`, or with a name before it: `Example <no-reply@example.com>`. */
export const mailbox: Rule<string> = (text) => {
  const [, name = "", bracketed, bare] = /^(?:([^<>]*?) ?<([^<>]*)>|(.*))$/s.exec(text) ?? [];
  const isName = /^[^\p{Cc}@,;:"\\]{0,100}$/u.test(name);
  return isName && /^[^\s<>@,;:"]{1,64}@[a-z0-9.-]{1,253}$/i.test(bracketed ?? bare ?? "") ? text : undefined;
};

/** Whether an origin is reached from this machine alone (RFC 6761, section 6.3, for the names below `localhost`). */
export const isLoopback = (text: string): boolean =>
  /^(?:(?:.+\.)?localhost\.?|127(?:\.\d+){3}|\[::1\])$/.test(URL.parse(text)?.hostname ?? "");

export const secretKey: Rule<Redacted<Buffer>> = (text) => {
  if (/^[0-9a-f]{64}$/i.test(text)) return new Redacted(Buffer.from(text, "hex"));
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined;
  // Node's base64 decoder takes the URL-safe alphabet too.
  const key = Buffer.from(text, "base64");
  return key.length === secretKeyBytes ? new Redacted(key) : undefined;
};

export const networks: Rule<readonly string[]> = (text) => {
  const parts = text.split(",").map((part) => part.trim());
  return parts.every(isNetwork) ? parts : undefined;
};

export const places: Rule<readonly string[]> = (text) => {
  const parts = text.split(",").map((part) => part.trim());
  return parts.every((part) => isNetwork(part) || /^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(part)) ? parts : undefined;
};

/** Addresses with a port where it is not 53; an IPv6 address then stands in brackets. */
export const nameServers: Rule<readonly string[]> = (text) => {
  const parts = text.split(",").map((part) => part.trim());
  return parts.every(isNameServer) ? parts : undefined;
};

function isNameServer(text: string): boolean {
  const [, v6, v4, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const portIsRight = port === undefined || (Number(port) >= 1 && Number(port) <= 65_535);
  return isIP(text) !== 0 || (portIsRight && (isIP(v6 ?? "") === 6 || isIP(v4 ?? "") === 4));
}

function isNetwork(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (rest.length > 0 || bits < 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
}
