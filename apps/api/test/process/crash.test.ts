import { expect, test } from "vitest";
import { type ApiClient, apiClient } from "../harness/client.ts";
import { authpi, freePort, tempDir } from "./support.ts";

const exports = /^export AUTHPI_KEY_ID=(key_[0-9a-f]{32})\nexport AUTHPI_KEY_SECRET=(\S+)$/m;

test("a kill in the middle of 1,000 creates loses nothing that was answered, and leaves nothing half", {
  timeout: 90_000,
}, async () => {
  const [dataDir, port] = await Promise.all([tempDir(), freePort()]);
  const env = { AUTHPI_DATA_DIR: dataDir, AUTHPI_PORT: String(port), AUTHPI_LOG_LEVEL: "error" };
  const first = authpi(["serve"], env);
  const [, id = "", secret = ""] = await first.prints(exports);
  const [accountId = ""] = await first.prints(/acc_[0-9a-z]{25}/);
  const api = apiClient(`http://127.0.0.1:${port}`, { id, secret }, accountId);
  const issuer = (await api.post("issuers", { name: "Crash" })).body.data;
  const path = `issuers/${issuer.id}/organizations`;

  const answered: string[] = [];
  const create = async (n: number, client: ApiClient) => {
    const answer = await client.post(path, { name: `Org ${n}` }, { "idempotency-key": `crash ${n}` });
    if (answer.status === 201) answered.push(answer.body.data.id);
    if (answered.length === 400) first.child.kill("SIGKILL");
    return answer;
  };
  const lost = await eachOf(1000, 32, (n) => create(n, api));
  await first.ended;
  expect(lost.length).toBeGreaterThan(100);
  const before = [...answered];

  const second = authpi(["serve"], env);
  await second.prints(/^AuthPI is ready/m);
  // Every request whose answer was lost is sent again with its key, and works once, whether or not the first time had.
  expect(await eachOf(lost.length, 16, (n) => create(lost[n] ?? -1, api))).toEqual([]);

  const organizations = await everyIdOf(api, path, ({ id }) => id);
  const created = await everyIdOf(
    api,
    `events?issuer_id=${issuer.id}&event_types=organization.created`,
    ({ subject }) => subject.id,
  );
  expect(organizations).toHaveLength(1000);
  expect(created.sort()).toEqual(organizations.sort());
  expect(organizations).toEqual(expect.arrayContaining(before));
});

/** Runs the tasks, so many at once; the numbers of those that failed. */
const eachOf = async (
  count: number,
  lanes: number,
  task: (n: number) => Promise<{ status: number }>,
): Promise<number[]> => {
  const failed: number[] = [];
  let next = 0;
  const lane = async () => {
    for (let n = next++; n < count; n = next++) {
      const status = await task(n).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status !== 201) failed.push(n);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return failed;
};

// biome-ignore lint/suspicious/noExplicitAny: an item of an answer, which the assertions check
const everyIdOf = async (api: ApiClient, path: string, idOf: (item: any) => string): Promise<string[]> => {
  const ids: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const query = `${path.includes("?") ? "&" : "?"}limit=100${cursor && `&cursor=${cursor}`}`;
    const { body } = await api.get(`${path}${query}`);
    ids.push(...body.data.map(idOf));
    cursor = body.next_cursor;
  }
  return ids;
};
