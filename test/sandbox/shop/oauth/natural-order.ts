/**
 * PHP's strnatcmp: runs of digits compare as numbers, so `[2]` comes before `[10]`.
 * Magento sorts the parameters of a signature by it instead of bytewise (FACTS section 1).
 */
export function compareNatural(left: string, right: string): number {
  if (left === '' || right === '') return Math.sign(left.length - right.length);
  let i = skipLeadingZeros(left);
  let j = skipLeadingZeros(right);
  for (;;) {
    while (isSpace(left[i])) i += 1;
    while (isSpace(right[j])) j += 1;
    if (isDigit(left[i]) && isDigit(right[j])) {
      const fractional = left[i] === '0' || right[j] === '0';
      const run = fractional ? compareFraction(left, i, right, j) : compareNumber(left, i, right, j);
      if (run.order !== 0) return run.order;
      i += run.length;
      j += run.length;
      if (i >= left.length || j >= right.length) return atEnd(left, i, right, j);
    }
    const a = left.charCodeAt(i);
    const b = right.charCodeAt(j);
    if (a !== b) return a < b ? -1 : 1;
    i += 1;
    j += 1;
    if (i >= left.length || j >= right.length) return atEnd(left, i, right, j);
  }
}

function atEnd(left: string, i: number, right: string, j: number): number {
  if (i >= left.length && j >= right.length) return 0;
  return i >= left.length ? -1 : 1;
}

/** Two numbers: the longer run of digits is greater, of equal runs the first difference decides. */
function compareNumber(left: string, i: number, right: string, j: number): { order: number; length: number } {
  let bias = 0;
  for (let length = 0; ; length += 1) {
    const a = left[i + length];
    const b = right[j + length];
    if (!isDigit(a) && !isDigit(b)) return { order: bias, length };
    if (!isDigit(a)) return { order: -1, length };
    if (!isDigit(b)) return { order: 1, length };
    if (bias === 0 && a !== b) bias = a < b ? -1 : 1;
  }
}

/** Digits after a leading zero compare from the left like the decimals of a fraction. */
function compareFraction(
  left: string,
  i: number,
  right: string,
  j: number,
): { order: number; length: number } {
  for (let length = 0; ; length += 1) {
    const a = left[i + length];
    const b = right[j + length];
    if (!isDigit(a) && !isDigit(b)) return { order: 0, length };
    if (!isDigit(a)) return { order: -1, length };
    if (!isDigit(b)) return { order: 1, length };
    if (a !== b) return { order: a < b ? -1 : 1, length };
  }
}

function skipLeadingZeros(text: string): number {
  let i = 0;
  while (text[i] === '0' && isDigit(text[i + 1])) i += 1;
  return i;
}

function isDigit(character: string | undefined): character is string {
  return character !== undefined && character >= '0' && character <= '9';
}

function isSpace(character: string | undefined): boolean {
  return character !== undefined && /\s/.test(character);
}
