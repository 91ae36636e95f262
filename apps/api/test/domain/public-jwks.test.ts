import { generateKeyPairSync } from "node:crypto";
import { expect, test, vi } from "vitest";
import { readPublicJwk } from "../../src/domain/public-jwks.ts";

test.each(["n", "e"])("an RSA key whose %s is longer than any is refused before it is read", async (member) => {
  const jwk = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ format: "jwk" });
  expect(await readPublicJwk({ ...jwk })).toMatchObject({ jwk });
  const importing = vi.spyOn(crypto.subtle, "importKey");
  const refused = await readPublicJwk({ ...jwk, [member]: "_".repeat(900_000) });
  expect(refused).toBe("is not a public key for RS256");
  expect(importing).not.toHaveBeenCalled();
  importing.mockRestore();
});
