/** First come, first served: an array with a head that moves, since shifting an array costs its length. */
export class Waiting<T> {
  #items: T[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  get first(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head++;
    if (this.#head === this.#items.length) {
      this.#items.length = 0;
      this.#head = 0;
    }
    if (this.#head > spentMax) {
      this.#items.splice(0, this.#head);
      this.#head = 0;
    }
    return item;
  }
}

const spentMax = 1024;
