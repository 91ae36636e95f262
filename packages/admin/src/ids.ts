/**
 * One segment of a path, encoded. An id that would lead elsewhere (`../accounts`, an empty one, which makes a delete of one thing
 * a call on its collection) is refused before any request.
 */
export const segment = (id: string, name: string): string => {
  if (typeof id !== "string" || id === "") throw new TypeError(`${name} must be a string that is not empty`);
  if (id === "." || id === ".." || /[/\\?#]/.test(id)) {
    throw new TypeError(`${name} must not be "." or ".." and must not hold / \\ ? #`);
  }
  return encodeURIComponent(id);
};
