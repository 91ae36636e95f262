/** What only the operator can put right: the command line prints the message, without a stack, and exits 1. */
export class OperatorError extends Error {
  override name = "OperatorError";
}
