import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const path = "/usr/bin/chromium";

/** Whether this machine has the browser; in CI its lack is a failure, for a user a skipped test that says what to install. */
export const hasBrowser = (): boolean => {
  if (existsSync(path)) return true;
  if (process.env.CI) throw new Error(`There is no ${path}. Install it: apt-get install chromium`);
  console.warn("Skipped for the lack of Chromium. Install it: apt-get install chromium");
  return false;
};

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: path,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
