import { defineConfig } from "vitest/config";

// Node runs the sources itself, as it does for the server; "source" is the workspace's own export condition.
const source = {
  experimental: { viteModuleRunner: false, nodeLoader: false },
  execArgv: ["-C", "source", "--disable-warning=ExperimentalWarning"],
};
const packed = ["apps/api/test/packed/*.test.ts", "packages/admin/test/pack.test.ts"];
const processes = ["apps/api/test/process/*.test.ts"];
const dist = ["**/dist/**", "**/node_modules/**"];
const timeouts = { testTimeout: 30_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...source,
          name: "server",
          include: ["apps/api/test/**/*.test.ts"],
          exclude: [...packed, ...processes, ...dist],
          globalSetup: ["apps/api/test/harness/cluster.ts"],
          pool: "forks",
          maxWorkers: 2,
          // Loading the server costs more than most files take: each worker does it once.
          isolate: false,
          ...timeouts,
        },
      },
      {
        // These start servers and clusters in processes of their own, and wait for them.
        test: {
          ...source,
          name: "process",
          include: processes,
          exclude: dist,
          globalSetup: ["apps/api/test/harness/cluster.ts"],
          pool: "forks",
          maxWorkers: 2,
          ...timeouts,
        },
      },
      {
        // These build and pack the same folder: one at a time, behind all others.
        test: {
          ...source,
          name: "packed",
          include: packed,
          globalSetup: ["apps/api/test/harness/cluster.ts"],
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      { test: { ...source, name: "schema", include: ["packages/schema/test/**/*.test.ts"] } },
      {
        test: {
          ...source,
          name: "codegen",
          include: ["packages/codegen/test/**/*.test.ts", "scripts/test/**/*.test.ts"],
          ...timeouts,
        },
      },
      {
        test: {
          ...source,
          name: "admin",
          include: ["packages/admin/test/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
