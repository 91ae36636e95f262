/**
 * Holds a secret so that logging or serialising it gives `[secret]`; the value leaves by `reveal` alone.
 *
 * @example `${new Redacted("hunter2")}` is "[secret]"
 */
export class Redacted<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  // The key that util.inspect looks for, and so console.log and assertion messages.
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[secret]";
  }
}
