import { rawDecode } from '../rest/query.ts';

/** Reads `Authorization: OAuth a="b", c="d"`; null when the header is of another scheme. `realm` is dropped. */
export function oauthParameters(authorization: string | undefined): Map<string, string> | null {
  const match = /^oauth\s+(.*)$/is.exec(authorization ?? '');
  if (match === null) return null;
  const parameters = new Map<string, string>();
  for (const part of (match[1] ?? '').split(',')) {
    const equals = part.indexOf('=');
    if (equals < 0) continue;
    const name = part.slice(0, equals).trim();
    if (name === 'realm') continue;
    parameters.set(
      rawDecode(name),
      rawDecode(
        part
          .slice(equals + 1)
          .trim()
          .replace(/^"|"$/g, ''),
      ),
    );
  }
  return parameters.size === 0 ? null : parameters;
}
