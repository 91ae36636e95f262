import { createHmac } from "node:crypto";

interface Signed {
  id: string;
  timestampSeconds: number;
  body: string;
  /** As they were shown: `whs_` and the base64 of the key. */
  secrets: readonly string[];
}

/** Both signatures of a request, one for each secret that is valid. */
export const signatureHeaders = ({ id, timestampSeconds, body, secrets }: Signed): Record<string, string> => {
  const macs = (text: string, encoding: "hex" | "base64") =>
    secrets.map((secret) => createHmac("sha256", keyOf(secret)).update(text).digest(encoding));
  const ours = macs(`${timestampSeconds}.${body}`, "hex").map((mac) => `v1=${mac}`);
  const standard = macs(`${id}.${timestampSeconds}.${body}`, "base64").map((mac) => `v1,${mac}`);
  return {
    "x-webhook-signature": [`t=${timestampSeconds}`, ...ours].join(","),
    "webhook-signature": standard.join(" "),
  };
};

const keyOf = (secret: string): Buffer => Buffer.from(secret.slice("whs_".length), "base64");
