/** Longer than any cause a person reads; what an answer of the other side goes on with is seldom the reason. */
const maxCharacters = 600;

/**
 * Text of a record as the page may show it. Causes are written without personal data, but "the other side's own words"
 * may quote what it was sent: whatever looks like an e-mail address or a telephone number is hidden.
 */
export function shownText(text: string): string {
  const hidden = text
    .replaceAll(/\S+/g, (word) => (word.includes('@') ? '[hidden]' : word))
    .replaceAll(/\+\d[\d ()/-]{6,20}\d/g, '[hidden]');
  return hidden.length > maxCharacters ? `${hidden.slice(0, maxCharacters)}…` : hidden;
}
