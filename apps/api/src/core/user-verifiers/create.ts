import type { UserVerifierCreated } from "@authpi/schema";
import { invalid, invalidField, notFound, Problem } from "../../http/problem.ts";
import { type Before, prepared } from "../../http/room.ts";
import { newBackupCodes } from "./backup-codes.ts";
import { givePassword, type PreparedPassword, preparedPassword } from "./password.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";
import { enroll, type VerifierCall } from "./totp.ts";

type CreateCall = VerifierCall<"create">;

const before = ({ body, deps }: Before<CreateCall>): Promise<PreparedPassword | undefined> => {
  const { type, password } = body;
  if (type === "webauthn") throw invalidField("type", "must be another one: a passkey is made by its user's browser");
  if (type === "password" && !password) {
    throw invalid({ field: "password", code: "required", message: "is required" });
  }
  if (type !== "password" && password) throw invalidField("password", `is not taken by ${type}`);
  return preparedPassword(deps, password);
};

const work = async ({
  tx,
  params,
  body,
  deps,
  emit,
  unchanged,
  prepared: password,
}: CreateCall & { prepared: PreparedPassword | undefined }): Promise<UserVerifierCreated> => {
  const user = await store.findUser(tx, params, true);
  if (!user) throw notFound();
  const name = body.name ?? undefined;
  if (body.type === "totp") {
    // What begins is an enrollment; the verifier that it becomes has its event then.
    unchanged();
    return enroll({ tx, deps }, user, name);
  }
  const backup = password ? undefined : newBackupCodes(deps, params, name);
  const row = backup
    ? await store.insert(tx, backup.verifier)
    : password && (await givePassword({ tx, deps }, user, password, name));
  if (!row) throw new Problem("conflict", `The user has a verifier of type ${body.type}, and can have one.`);
  const verifier = present(row, deps.clock.now());
  emit("user.verifier.created", verifier);
  return { ...verifier, ...(backup && { codes: backup.codes }) };
};

export const create = prepared(before, work);
