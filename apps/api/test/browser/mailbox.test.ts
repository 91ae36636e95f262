import { expect, test } from "vitest";
import { good, newPlace } from "../core/support.ts";
import { hasBrowser, launchBrowser } from "../harness/browser.ts";
import { runJobs } from "../harness/jobs.ts";
import { createWorld } from "../harness/world.ts";

test.runIf(hasBrowser())(
  "the mailbox page shows a mail as its reader sees it, and asks nobody else for anything",
  async () => {
    const world = await createWorld();
    const branding = { primary_color: "#0f766e", logo_url: "https://logo.example/logo.png" };
    const { api, key, organization } = await newPlace(world, { issuer: { name: "Acme", settings: { branding } } });
    const body = { email_invited: "ada@example.com", scopes: ["a"], message: "Welcome!", inviter: { name: "Grace" } };
    good(await api.post(`${organization}/invitations`, { ...body, user_title: "Accountant" }));
    await runJobs(world.server);
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage({ httpCredentials: { username: key.id, password: key.secret } });
      const elsewhere: string[] = [];
      page.on("requestfinished", (request) => {
        const { protocol, origin } = new URL(request.url());
        if (protocol.startsWith("http") && origin !== world.server.url) elsewhere.push(request.url());
      });
      await page.goto(`${world.server.url}/dev/mail`);
      const mail = page.frameLocator("iframe");
      await mail.getByRole("heading", { name: "Join Globex" }).waitFor();
      await mail.getByText("Grace invites you to join Globex on Acme.").waitFor();
      const button = mail.getByRole("link", { name: "See the invitation" });
      expect(await button.getAttribute("style")).toContain("background:#0f766e;color:#ffffff");
      await page.getByRole("link", { name: /ui\/invitations\/ain_/ }).waitFor();
      expect(elsewhere).toEqual([]);
    } finally {
      await browser.close();
    }
  },
);
