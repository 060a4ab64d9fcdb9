/**
 * PHP's `strnatcmp`. Magento sorts the parameters of the signature base string with it, where RFC 5849 asks for
 * byte order: from the eleventh filter on, `[10]` stands after `[2]` and not before it (FACTS section 1).
 */
export function compareNaturally(left: string, right: string): number {
  let a = 0;
  let b = 0;
  while (a < left.length && b < right.length) {
    a = skipLeadingZeros(left, a);
    b = skipLeadingZeros(right, b);
    if (isDigit(left[a]) && isDigit(right[b])) {
      const runA = digitRun(left, a);
      const runB = digitRun(right, b);
      const order =
        left[a] === '0' || right[b] === '0' ? compareText(runA, runB) : compareNumbers(runA, runB);
      if (order !== 0) return order;
      a += runA.length;
      b += runB.length;
      if (a === left.length || b === right.length) break;
    }
    if (left[a] !== right[b]) return left.charCodeAt(a) < right.charCodeAt(b) ? -1 : 1;
    a += 1;
    b += 1;
  }
  return Math.sign(left.length - a - (right.length - b));
}

/** Without leading zeros the longer run of digits is the greater number. */
function compareNumbers(a: string, b: string): number {
  return a.length === b.length ? compareText(a, b) : Math.sign(a.length - b.length);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function skipLeadingZeros(text: string, from: number): number {
  let at = from;
  while (text[at] === '0' && isDigit(text[at + 1])) at += 1;
  return at;
}

function digitRun(text: string, from: number): string {
  let end = from;
  while (isDigit(text[end])) end += 1;
  return text.slice(from, end);
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}
