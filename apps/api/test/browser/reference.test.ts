import { expect, test } from "vitest";
import { hasBrowser, launchBrowser } from "../harness/browser.ts";
import { createWorld } from "../harness/world.ts";

test.runIf(hasBrowser())(
  "the reference page shows the API, from our own origin alone and without an error",
  async () => {
    const world = await createWorld();
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      const elsewhere: string[] = [];
      const errors: string[] = [];
      page.on("request", (request) => {
        const { protocol, origin } = new URL(request.url());
        if (protocol.startsWith("http") && origin !== world.server.url) elsewhere.push(request.url());
      });
      page.on("console", (message) => {
        if (message.type() === "error") errors.push(message.text());
      });
      page.on("pageerror", (error) => errors.push(error.message));
      await page.goto(`${world.server.url}/docs`);
      await page.getByText("Verify a credential").first().waitFor();
      await page.getByRole("heading", { name: "AuthPI" }).first().waitFor();
      expect({ elsewhere, errors }).toEqual({ elsewhere: [], errors: [] });
    } finally {
      await browser.close();
    }
  },
);
