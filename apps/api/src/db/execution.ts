/**
 * Executes a prepared statement with parameters in text: the messages Bind and Execute of PostgreSQL's protocol (55.7) as one
 * buffer, where pg makes several writes and has the rows described each time. Sync has to follow.
 */
export const executionOf = (statement: string, parameters: readonly (string | null)[]): Buffer => {
  let length = 1 + 4 + 1 + statement.length + 1 + 2 + 2 + 2;
  for (const parameter of parameters) length += 4 + (parameter === null ? 0 : Buffer.byteLength(parameter));
  const message = Buffer.allocUnsafe(length + execute.length);
  let at = message.writeUInt8(BIND, 0);
  // The type's byte is not counted.
  at = message.writeInt32BE(length - 1, at);
  // The portal without a name.
  at = message.writeUInt8(0, at);
  at += message.write(statement, at, "latin1");
  at = message.writeUInt8(0, at);
  // No formats: all is text.
  at = message.writeInt16BE(0, at);
  at = message.writeInt16BE(parameters.length, at);
  for (const parameter of parameters) {
    const from = at + 4;
    const written = parameter === null ? -1 : message.write(parameter, from);
    at = message.writeInt32BE(written, at) + Math.max(written, 0);
  }
  at = message.writeInt16BE(0, at);
  execute.copy(message, at);
  return message;
};

const BIND = 0x42;

/** The portal without a name, without a limit of rows. */
const execute = Buffer.from([0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0]);

/** What was done since the last one is committed, and the answer sent. */
export const sync = Buffer.from([0x53, 0, 0, 0, 4]);
