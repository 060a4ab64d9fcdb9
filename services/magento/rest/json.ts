/**
 * JSON without floats. Magento writes money and quantities as JSON numbers, and what PHP's floats left in them
 * (60.8125, 3.55e-15) must reach the contracts as it stood there, so no number ever becomes a `number` on its way:
 * reading gives its source text, writing takes decimal text.
 */

const decimalPattern = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** Beyond this many places a number is noise or an attack, not money. */
const maxExponent = 60;

const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown };

/**
 * Parses JSON; every number comes out as its source text. Numbers are put in quotes first: a reviver, which is told the
 * source of each, takes three times as long.
 * @throws SyntaxError when the text is no JSON.
 */
export function parseExact(text: string): unknown {
  let quoted = '';
  let done = 0;
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code === minus || isDigit(code)) {
      const end = endOfNumber(text, at);
      quoted += `${text.slice(done, at)}"${text.slice(at, end)}"`;
      at = done = end;
    } else at += 1;
  }
  return JSON.parse(quoted + text.slice(done));
}

const quote = 0x22;
const minus = 0x2d;
const backslash = 0x5c;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?!\s*:|[\w.+-])/y;

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Behind its closing quote. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    at = text.indexOf('"', at);
    if (at === -1) throw new SyntaxError('a string without an end');
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === backslash) escapes += 1;
    if (escapes % 2 === 0) return at + 1;
  }
}

/** What is none, or stands where a name must, would become a text in quotes, and so JSON. */
function endOfNumber(text: string, start: number): number {
  number.lastIndex = start;
  if (!number.test(text)) throw new SyntaxError(`no number of JSON at character ${start}`);
  return number.lastIndex;
}

/** A JSON number with exactly these digits, for `JSON.stringify`. `text` is a decimal such as `12.5`. */
export function jsonNumber(text: string): unknown {
  return rawJSON(plainDecimal(text));
}

/**
 * The same value without exponent, without needless zeros, without minus zero: `3.550e-3` is `0.00355`.
 * @throws RangeError when the text is no decimal number.
 */
export function plainDecimal(text: string): string {
  const match = decimalPattern.exec(text);
  const exponent = Number(match?.[4] ?? 0);
  if (!match || Math.abs(exponent) > maxExponent) throw new RangeError(`"${text}" is no decimal number`);
  const [, sign, whole = '', fraction = ''] = match;
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0');
  const integer = padded.slice(0, Math.max(point, 1)).replace(/^0+(?=\d)/, '');
  const decimals = padded.slice(Math.max(point, 1)).replace(/0+$/, '');
  const value = decimals ? `${integer}.${decimals}` : integer;
  return sign && value !== '0' ? `-${value}` : value;
}
