/** RFC 3986: everything but letters, digits and `-._~` is escaped, in upper case. */
export function encodeRfc3986(text: string): string {
  if (isUnreserved.test(text)) return text;
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Most of what is called for. */
const isUnreserved = /^[\w.~-]*$/;
