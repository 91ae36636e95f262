import { resources } from "@authpi/schema";
import fastify, { type FastifyBaseLogger, type FastifyInstance } from "fastify";
import type { Config } from "./config.ts";
import { accountDomainRoom } from "./core/account-domains/operations.ts";
import { accountRoom } from "./core/accounts/operations.ts";
import { agentVerifierRoom } from "./core/agent-verifiers/operations.ts";
import { agentRoom } from "./core/agents/operations.ts";
import { accountApiKeyRoom, apiKeyRoom } from "./core/api-keys/operations.ts";
import { approvalRoom } from "./core/approvals/operations.ts";
import { authMethodRoom } from "./core/auth-methods/operations.ts";
import { clientRoom } from "./core/clients/operations.ts";
import { eventRoom } from "./core/events/operations.ts";
import { groupMemberRoom } from "./core/group-members/operations.ts";
import { groupRoom } from "./core/groups/operations.ts";
import { readInstallation } from "./core/installation/operations.ts";
import { introspectionRoom } from "./core/introspection/operations.ts";
import { invitationRoom } from "./core/invitations/operations.ts";
import { issuerRoom } from "./core/issuers/operations.ts";
import { memberRoom } from "./core/members/operations.ts";
import { noteRoom } from "./core/notes/operations.ts";
import { organizationRoom } from "./core/organizations/operations.ts";
import { sessionRoom, userSessionRoom } from "./core/sessions/operations.ts";
import { ssoRoom } from "./core/sso/operations.ts";
import { ssoDomainRoom } from "./core/sso-domains/operations.ts";
import { tokenRoom, userTokenRoom } from "./core/tokens/operations.ts";
import { trustedDeviceRoom } from "./core/trusted-devices/operations.ts";
import { userVerifierRoom } from "./core/user-verifiers/operations.ts";
import { userRoom } from "./core/users/operations.ts";
import { webhookDeliveryRoom } from "./core/webhook-deliveries/operations.ts";
import { webhookRoom } from "./core/webhooks/operations.ts";
import type { Database } from "./db/open.ts";
import type { Deps } from "./deps.ts";
import { logAccess } from "./http/access-log.ts";
import { authenticate } from "./http/authenticate.ts";
import { answerClientErrors } from "./http/client-errors.ts";
import { answerBadPath, answerErrors } from "./http/errors.ts";
import { serveHealth } from "./http/health.ts";
import { acceptJson, bodyBytesMax } from "./http/json.ts";
import { serveMailbox } from "./http/mailbox.ts";
import { mount } from "./http/mount.ts";
import { observeRequests } from "./http/observe.ts";
import { traceOf } from "./http/origin.ts";
import { answerOtherMethods } from "./http/other-methods.ts";
import { Problem, unauthorized } from "./http/problem.ts";
import { serveReference } from "./http/reference.ts";
import { setHeaders } from "./http/response-headers.ts";
import type { Mountable } from "./http/room.ts";
import { serveSecurityTxt } from "./http/security-txt.ts";
import { useSerializers } from "./http/serializers.ts";
import { useValidators } from "./http/validators.ts";
import { createIssuers } from "./idp/issuers.ts";
import { mountIdp } from "./idp/mount.ts";
import { mountOwnEndpoints } from "./idp/own-endpoints.ts";
import { mountPages } from "./idp/pages/mount.ts";
import { pagesOf } from "./idp/pages/pages.ts";
import { Refusals } from "./limits/refusals.ts";
import type { Metrics } from "./metrics/registry.ts";
import type { Outgoing } from "./outgoing/outgoing.ts";
import { meRoute } from "./verification/me.ts";
import { TokenVerifier } from "./verification/tokens/token-verifier.ts";
import { Verifier } from "./verification/verifier.ts";

/** The nouns of the Core API. */
const rooms: readonly unknown[] = [
  accountRoom,
  accountApiKeyRoom,
  accountDomainRoom,
  eventRoom,
  webhookRoom,
  webhookDeliveryRoom,
  noteRoom,
  tokenRoom,
  issuerRoom,
  authMethodRoom,
  clientRoom,
  agentRoom,
  agentVerifierRoom,
  userRoom,
  userSessionRoom,
  userTokenRoom,
  sessionRoom,
  introspectionRoom,
  trustedDeviceRoom,
  approvalRoom,
  userVerifierRoom,
  organizationRoom,
  memberRoom,
  groupRoom,
  groupMemberRoom,
  invitationRoom,
  apiKeyRoom,
  ssoRoom,
  ssoDomainRoom,
];

export interface AppOptions {
  config: Pick<Config, "trustedProxies" | "securityContact">;
  database: Database;
  deps: Deps;
  log: FastifyBaseLogger;
  outgoing: Outgoing;
  /** Where somebody wants to see what it does. */
  metrics?: Metrics | undefined;
}

/** The whole server, not yet listening; closing it lets what is in flight end. */
export const createApp = async ({
  config,
  database,
  deps,
  log,
  outgoing,
  metrics,
}: AppOptions): Promise<FastifyInstance> => {
  const { rootIssuerId, epoch } = await readInstallation(database);
  const verifier = new Verifier({
    connection: database.direct,
    deps,
    rootIssuerId,
    installationEpoch: epoch,
    log: (message) => log.warn(message),
  });
  const { verify: query } = database;
  const tokens = new TokenVerifier({ query, deps, rootIssuerId, epoch });
  const runtime = { database, deps, rootIssuerId, tokens, epoch, log, outgoing };
  const issuers = await createIssuers(runtime);
  const refusals = new Refusals(deps.limits.badCredentials, deps.clock.now);

  const app = fastify({
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    genReqId: () => deps.ids.make("request"),
    bodyLimit: bodyBytesMax,
    // A domain may stand in a path.
    routerOptions: { maxParamLength: 253 },
    requestIdHeader: false,
    // A request that does not arrive is not waited for.
    requestTimeout: 30_000,
    frameworkErrors: answerBadPath,
    clientErrorHandler: answerClientErrors(deps.ids),
    return503OnClosing: true,
    forceCloseConnections: "idle",
    http: { maxHeaderSize: 16 * 1024 },
  });
  app.addHook("onClose", async () => {
    await Promise.all([verifier.close(), issuers.close()]);
  });

  answerErrors(app, log);
  // The hot path comes before the hooks of everything else.
  const { answered } = meRoute(app, {
    verifier,
    tokens,
    refusals,
    traceOf,
    unauthorized,
    problem: (...told) => new Problem(...told),
  });
  metrics?.watch({ answered, verification: verifier.counts, issuers });
  await app.register(async (rest) => {
    setHeaders(rest);
    logAccess(rest, log);
    if (metrics) observeRequests(rest, metrics);
    serveHealth(rest, database);
    serveSecurityTxt(rest, { url: deps.url, contact: config.securityContact, clock: deps.clock });
    serveReference(rest, deps.url);
    mountIdp(rest, { issuers, runtime });
    mountOwnEndpoints(rest, { issuers, runtime, keys: verifier, refusals });
    mountPages(rest, { issuers, deps, log }, pagesOf(runtime));
    await rest.register(async (core) => {
      acceptJson(core);
      useValidators(core);
      useSerializers(core);
      const identify = await authenticate(core, {
        key: (credential) => verifier.check(credential),
        token: (presented) => tokens.verify(presented),
        refusals,
      });
      // The same object: what a server on a free port is called is known once it listens.
      const context = { database, deps: Object.assign(deps, { rootIssuerId, tokens, outgoing }), epoch, identify };
      // Each room was tied to its contract's types when it was made; from here on it is one of many.
      for (const room of rooms) mount(core, context, room as Mountable);
      if (!deps.mail.smtpUrl) serveMailbox(core, { database, identify });
      answerOtherMethods(core, resources);
    });
  });
  return app;
};
