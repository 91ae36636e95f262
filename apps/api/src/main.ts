import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

// Types are stripped and code is compiled by the first start, not by every one: that is a third of the time. In a folder that
// only who may change the code may write.
enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/compiled", import.meta.url)));

const { run } = await import("./cli/run.ts");
process.exit(await run(process.argv.slice(2), process.env));
