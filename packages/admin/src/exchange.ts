import type { Answer } from "./answer.ts";
import { ConnectionError, MalformedResponseError } from "./errors.ts";
import type { Outgoing } from "./outgoing.ts";
import type { IncomingResponse, Transport } from "./transport.ts";

/** One request and its answer, read to its end. */
export const exchange = async (
  transport: Transport,
  outgoing: Outgoing,
  authorization: string,
  signal: AbortSignal,
): Promise<Answer> => {
  const { method, url, body } = outgoing;
  const headers = { ...outgoing.headers, authorization };
  const response = await transport({ method, url, headers, body, signal }).catch((cause: unknown) => {
    throw new ConnectionError(
      `${method} ${outgoing.path} found no server at ${new URL(url).origin}: ${reasonOf(cause)}`,
      {
        cause,
      },
    );
  });
  return { status: response.status, headers: response.headers, text: await textOf(response) };
};

const textOf = (response: IncomingResponse): Promise<string> =>
  response.text().catch((cause: unknown) => {
    throw new MalformedResponseError(`the answer was cut off: ${reasonOf(cause)}`, { cause });
  });

/** `fetch` hides the connection's error behind its own. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const inner = error.cause instanceof Error ? error.cause : error;
  return "code" in inner && typeof inner.code === "string" ? inner.code : inner.message;
};
