/** One page of a list; iterating it gives its items. */
export class Page<T> implements Iterable<T> {
  readonly data: T[];
  /** Whether there are items behind this page. */
  readonly has_more: boolean;
  /** Give it as `cursor`, with the same filters, to get the next page. */
  readonly next_cursor: string | null;

  constructor(data: T[], hasMore: boolean, nextCursor: string | null) {
    this.data = data;
    this.has_more = hasMore;
    this.next_cursor = nextCursor;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.data[Symbol.iterator]();
  }
}

/** Every item from a page on, asking for the next page when it is needed. */
export async function* itemsOf<T>(next: (cursor?: string) => Promise<Page<T>>): AsyncGenerator<T, void, undefined> {
  let page = await next();
  yield* page;
  while (page.has_more && page.next_cursor !== null) {
    page = await next(page.next_cursor);
    yield* page;
  }
}
