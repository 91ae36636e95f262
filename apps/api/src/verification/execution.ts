/**
 * Executes a prepared statement with parameters in text: the messages Bind, Execute and Sync of PostgreSQL's protocol (55.7) as one
 * buffer and so one write, where pg makes four and has the rows described each time.
 *
 * @param parameters all of them ASCII
 */
export const executionOf = (statement: string, parameters: readonly (string | null)[]): Buffer => {
  let length = 1 + 4 + 1 + statement.length + 1 + 2 + 2 + 2;
  for (const parameter of parameters) length += 4 + (parameter?.length ?? 0);
  const message = Buffer.allocUnsafe(length + executeAndSync.length);
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
    at = message.writeInt32BE(parameter === null ? -1 : parameter.length, at);
    if (parameter !== null) at += message.write(parameter, at, "latin1");
  }
  at = message.writeInt16BE(0, at);
  executeAndSync.copy(message, at);
  return message;
};

const BIND = 0x42;

/** Execute: the portal without a name, without a limit of rows. Sync: what was done is committed, and the answer sent. */
const executeAndSync = Buffer.from([0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0x53, 0, 0, 0, 4]);
