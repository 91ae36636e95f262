import { randomBytes } from "node:crypto";
import type { Webhook } from "@authpi/schema";
import type { Deps } from "../deps.ts";
import { seal, unseal } from "../domain/sealing.ts";

type Place = { account_id: string; id: string };
type Keys = Pick<Deps, "keys">;
export type AuthType = Webhook["auth"]["type"];

export const signs = (type: AuthType): boolean => type === "signature" || type === "bearer+signature";
export const bears = (type: AuthType): boolean => type === "bearer" || type === "bearer+signature";

export const makeSecret = (): string => `whs_${randomBytes(32).toString("base64")}`;
export const makeBearerToken = (): string => `whb_${randomBytes(32).toString("base64url")}`;
export const hintOf = (secret: string): string => `...${secret.slice(-6)}`;

export const sealSecret = ({ keys }: Keys, place: Place, secret: string): Buffer =>
  seal(keys.webhooks, secret, contextOf(place));
/** Throws where a row was changed or moved. */
export const openSecret = ({ keys }: Keys, place: Place, sealed: Buffer): string =>
  unseal(keys.webhooks, sealed, contextOf(place));

const contextOf = ({ account_id, id }: Place): string => `${account_id} ${id}`;
