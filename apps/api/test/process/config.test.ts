import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { ConfigError, configEntries, readConfig } from "../../src/config.ts";
import { rateLimits } from "../../src/domain/rate-limits.ts";
import { Redacted } from "../../src/domain/redacted.ts";

const key = Buffer.alloc(32, 7);
const database = {
  DATABASE_URL: "postgres://owner:hunter2@db.internal/authpi",
  AUTHPI_SECRET_KEY: key.toString("hex"),
};
const mail = { AUTHPI_SMTP_URL: "smtps://authpi:hunter3@smtp.example.com" };

describe("configuration", () => {
  test("an empty environment gives the defaults", () => {
    expect(readConfig({ INIT_CWD: "/somewhere" })).toEqual({
      port: 4000,
      host: "127.0.0.1",
      url: "http://localhost:4000",
      idpUrl: "http://localhost:4000",
      dataDir: "/somewhere/data",
      databaseUrl: undefined,
      databaseDirectUrl: undefined,
      databasePoolMax: 10,
      eventsRetentionDays: 400,
      meteredEventsRetentionDays: 30,
      secretKey: undefined,
      logLevel: "info",
      jobs: "on",
      smtpUrl: undefined,
      mailFrom: "AuthPI <no-reply@localhost>",
      rateLimits,
      metricsPort: undefined,
      trustedProxies: [],
      outgoingAllow: [],
      dnsServers: [],
      securityContact: expect.stringMatching(/^https:/),
    });
  });

  test("what is not set follows from what is", () => {
    const config = readConfig({ ...database, ...mail, AUTHPI_PORT: "8080", AUTHPI_URL: "https://auth.example.com" });
    expect(config).toMatchObject({ port: 8080, url: "https://auth.example.com", idpUrl: "https://auth.example.com" });
    expect(config.mailFrom).toBe("AuthPI <no-reply@auth.example.com>");
    expect(config.databaseDirectUrl?.reveal()).toBe(database.DATABASE_URL);
  });

  test("an unknown name is refused with the nearest known one", () => {
    expect(() => readConfig({ AUTHPI_PROT: "1", AUTHPI_DATADIR: "x" })).toThrow(
      new ConfigError(
        "AUTHPI_DATADIR is not a setting of AuthPI. The nearest is AUTHPI_DATA_DIR.\nAUTHPI_PROT is not a setting of AuthPI. The nearest is AUTHPI_PORT.",
      ),
    );
  });

  test("the clients' own names are known and ignored", () => {
    const clients = configEntries.filter((entry) => entry.client);
    expect(clients).toHaveLength(7);
    const env = Object.fromEntries(clients.map(({ name }) => [name, ""]));
    expect(readConfig(env)).toEqual(readConfig({}));
  });

  test.each([
    ["AUTHPI_PORT", ["0", "65536", "80.5", "0x50", " 80", "", "-1"]],
    ["AUTHPI_HOST", ["", "local host", "http://localhost"]],
    [
      "AUTHPI_URL",
      ["", "localhost", "http://localhost/", "https://a.example/path", "https://u:p@a.example", "ftp://a.example"],
    ],
    ["AUTHPI_IDP_URL", ["https://a.example?x=1"]],
    ["AUTHPI_DATA_DIR", [""]],
    ["AUTHPI_DATABASE_POOL_MAX", ["0", "1001", "ten"]],
    ["AUTHPI_SECRET_KEY", ["", "short", `${key.toString("hex")}00`, key.subarray(1).toString("base64")]],
    ["AUTHPI_LOG_LEVEL", ["", "INFO", "verbose"]],
    ["AUTHPI_TRUSTED_PROXIES", ["", "proxy.internal", "10.0.0.0/33", "10.0.0.1,", "::1/129", "10.0.0.0/8/8", "0x7f.1"]],
    [
      "AUTHPI_DNS_SERVERS",
      ["", "dns.google", "9.9.9.9:0", "9.9.9.9:65536", "9.9.9.9,", "[::1", "[9.9.9.9]:53", "9.9.9.9:", "::1:x"],
    ],
    ["AUTHPI_SMTP_URL", ["", "smtp.example.com", "http://smtp.example.com", "smtp:user"]],
    [
      "AUTHPI_MAIL_FROM",
      ["", "AuthPI", "AuthPI <no-reply>", "a@b.example, c@d.example", "A\r\nBcc: x <a@b.example>", '"A" <a@b.example>'],
    ],
    [
      "AUTHPI_RATE_LIMITS",
      [
        ...["", "sign-in", "sign-in=", "sign-in=20", "sign-in=0/1m", "sign-in=20/m", "sign-in=20/1w", "sign-in=20/0s"],
        ...[
          "sign-in=1.5/1m",
          "sign-in=1/31d",
          "sign-in=20/1m,",
          "sign-in=1/1m,sign-in=off",
          "sing-in=1/1m",
          "toString=off",
        ],
        ...["signIn=20/1m", "sign-in=OFF", "sign-in=1000000/1m", "sign-in=20/1m;invitations=off", "=20/1m"],
      ],
    ],
    ["DATABASE_URL", ["", "mysql://a/b", "db.internal"]],
  ])("%s outside of its rule is refused, by name and with the rule", (name, values) => {
    const must = configEntries.find((entry) => entry.name === name)?.must;
    for (const value of values)
      expect(() => readConfig({ ...database, [name]: value }), value).toThrow(`${name} must be ${must}`);
  });

  test("limits are changed one by one, and a wrong one is told which there are", () => {
    const changed = readConfig({
      AUTHPI_RATE_LIMITS: "sign-in=7/90s, mails-to-address=off,invitations=1/2d",
    }).rateLimits;
    expect(changed).toEqual({
      ...rateLimits,
      signIn: { ...rateLimits.signIn, max: 7, windowSeconds: 90 },
      mailsToAddress: { ...rateLimits.mailsToAddress, max: Number.POSITIVE_INFINITY },
      invitations: { ...rateLimits.invitations, max: 1, windowSeconds: 172_800 },
    });
    expect(messageOf(() => readConfig({ AUTHPI_RATE_LIMITS: "sing-in=7/1m" }))).toBe(
      'AUTHPI_RATE_LIMITS must be limits of sign-in, mails-to-address, mails-from-source, invitations, invitation-resends, bad-client-authentication, bad-credentials, each at most once and separated by commas, such as sign-in=20/1m,mails-to-address=5/1h,mails-from-source=off; it is "sing-in=7/1m".',
    );
    // What the configuration page shows as the default can be set as it stands there.
    const shown = configEntries.find(({ name }) => name === "AUTHPI_RATE_LIMITS")?.default?.replaceAll("`", "");
    expect(readConfig({ AUTHPI_RATE_LIMITS: shown }).rateLimits).toEqual(rateLimits);
  });

  test("name servers are addresses, with a port where it is another one", () => {
    const { dnsServers } = readConfig({ AUTHPI_DNS_SERVERS: "9.9.9.9, 127.0.0.1:5353,2620:fe::fe,[::1]:53" });
    expect(dnsServers).toEqual(["9.9.9.9", "127.0.0.1:5353", "2620:fe::fe", "[::1]:53"]);
  });

  test.each([[key.toString("hex")], [key.toString("base64")], [key.toString("base64url")]])(
    "the master key may be %s",
    (text) => {
      expect(readConfig({ AUTHPI_SECRET_KEY: text }).secretKey?.reveal()).toEqual(key);
    },
  );

  test("every wrong variable is named at once", () => {
    const wrong = { AUTHPI_PORT: "x", AUTHPI_LOG_LEVEL: "loud", AUTHPI_HOTS: "", DATABASE_URL: "postgres://h/d" };
    const said = messageOf(() => readConfig(wrong)).split("\n");
    expect(said.map((line) => line.split(" ")[0])).toEqual([
      "AUTHPI_HOTS",
      "AUTHPI_PORT",
      "AUTHPI_LOG_LEVEL",
      "AUTHPI_SECRET_KEY",
    ]);
  });

  test.each(["https://auth.example.com", "http://10.0.0.1", "http://localhost.example.com", "http://[::2]"])(
    "a server at %s sends its mail, or does not start",
    (url) => {
      const said = messageOf(() => readConfig({ AUTHPI_URL: url }));
      expect(said).toBe("A server whose AUTHPI_URL isn't loopback must have AUTHPI_SMTP_URL.");
      expect(readConfig({ ...mail, AUTHPI_URL: url }).smtpUrl?.reveal()).toBe(mail.AUTHPI_SMTP_URL);
    },
  );

  test.each(["http://localhost:3000", "http://127.0.0.1", "http://[::1]:4000", "https://auth.localhost"])(
    "a server at %s may keep its mail",
    (url) => {
      expect(readConfig({ AUTHPI_URL: url }).smtpUrl).toBeUndefined();
    },
  );

  test.each(["no-reply@example.com", "Example <no-reply@example.com>", "<no-reply@example.com>", "Été <a@b.example>"])(
    "mail may be from %s",
    (from) => {
      expect(readConfig({ AUTHPI_MAIL_FROM: from }).mailFrom).toBe(from);
    },
  );

  test("a second address of the database without the first is refused", () => {
    expect(() => readConfig({ AUTHPI_DATABASE_DIRECT_URL: "postgres://h/d" })).toThrow("Set both, or neither");
  });

  test("a secret is not shown, by an error or by printing the configuration", () => {
    const config = readConfig({ ...database, ...mail });
    const shown = [
      inspect(config, { depth: 9, showHidden: true }),
      JSON.stringify(config),
      `${config.secretKey}`,
      String(config.databaseUrl),
      String(config.smtpUrl),
    ];
    for (const text of shown) {
      expect(text).toContain("[secret]");
      expect(text).not.toMatch(/hunter[23]|0707|BwcH/);
    }
    expect(messageOf(() => readConfig({ AUTHPI_SECRET_KEY: "hunter2" }))).not.toContain("hunter2");
    expect(Object.keys(new Redacted("x"))).toEqual([]);
  });
});

function messageOf(work: () => unknown): string {
  try {
    work();
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
