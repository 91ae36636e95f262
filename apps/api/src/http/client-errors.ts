import type { Socket } from "node:net";
import type { Ids } from "../domain/ids.ts";
import { Problem } from "./problem.ts";

/** Answers what is no request at all: it reaches no route, so that its answer is written by hand. */
export const answerClientErrors =
  (ids: Ids) =>
  (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    const id = ids.make("request");
    const problem = new Problem("invalid", sentences[error.code ?? ""] ?? "This is not a request of HTTP/1.1.");
    const status = error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? "408 Request Timeout" : "400 Bad Request";
    const body = JSON.stringify(problem.body(id));
    const head = [
      `HTTP/1.1 ${status}`,
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${id}`,
      "Cache-Control: no-store",
      "Connection: close",
    ];
    socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  };

const sentences: Record<string, string> = {
  HPE_HEADER_OVERFLOW: "The headers have more than 16 KiB.",
  ERR_HTTP_REQUEST_TIMEOUT: "The request did not arrive in time.",
};
