import type { Server } from "../server.ts";
import type { Plan } from "./blocks.ts";
import type { Api, Key } from "./seed.ts";

/** What the measures are taken on. */
export interface Stage {
  bare: Server;
  server: Server;
  dataDir: string;
  plan: Plan;
  api: Api;
  /** The account's first key, and a hundred of one organization. */
  key: Key;
  keys: Key[];
  /** The account's path. */
  account: string;
}
