/** What holds for every operation, told once: the document's `info.description`. */
export const conventions = `
The API of backends and operators: issuers, clients, organizations, users, members and API keys of an account.

## Credentials

\`Authorization: Basic\` takes an API key, \`base64(key_id:secret)\`. \`Authorization: Bearer\` takes an access token or a personal token;
an API key is refused there. An operation needs one of the scopes in its \`x-required-scopes\`, each \`resource:action\`: \`manage\` is read,
write and delete, \`resource:**\` is everything at and below the resource, \`*:**\` everything.

## Bodies

JSON in UTF-8. An empty body is \`{}\`. A field that is not known is refused, and the error names every wrong field. One resource comes
as \`{"data": {…}}\`; every field is always there, \`null\` where it has no value. Times are Unix milliseconds. Text is trimmed and
brought to NFC. A PATCH changes what it names and \`null\` clears; an object that is marked \`x-merge\` is merged key by key, every other
value is replaced as a whole.

## Ids

Made by the server, never reused, ordered by time, with a prefix that tells the kind. Treat them as opaque: one that does not exist is
404, whatever its form.

## Lists

Newest first. \`limit\` is 1 to 100, \`cursor\` the \`next_cursor\` of the page before, with the same path and filters. A page is
stable under inserts. Unknown query parameters are refused.

## Conditional requests

An answer with one resource has an \`ETag\`. Give it as \`If-Match\` to a PATCH, a DELETE or an action, and the write happens only if
nobody else wrote in between; otherwise it answers 412 with \`current_etag\`.

## Idempotency

Give a POST, a PUT, a PATCH or a DELETE an \`Idempotency-Key\`, and a repeat within 24 hours by the same credential gets the stored answer with
\`Idempotent-Replayed: true\` in the place of a second write. The same key with another path or body is 422, one whose first request
still runs is 409 with \`Retry-After\`. Only successes are kept: an error frees the key.

## Errors

\`{"error", "error_description", "reference", "retryable"}\`, and \`fields\`, \`retry_after\` and \`current_etag\` where they apply.
\`reference\` is the \`X-Request-Id\` of the answer. A known path with another method is 405, with \`Allow\`.

## Extensions of this document

\`x-required-scopes\`: the scopes of which one admits. \`x-also-required-scopes\`: those that the caller must hold besides. \`x-emits\`: the events of which one is recorded by a call that changes something.
\`x-merge\`: see Bodies.
`.trim();
