/** What Magento says when it refuses: `message` is a template, filled in by the client (FACTS section 1). */
export interface MagentoMessage {
  /** As it was sent, with its `%1` and `%fieldName`: the part that can be compared. */
  template: string;
  /** Filled in, without markup, without e-mail addresses, fit for an operator's eyes. */
  text: string;
  parameters: Record<string, string>;
  /** Database error number, where Magento gives one. */
  code: string | null;
  errors: MagentoMessage[];
}

const maxTextLength = 600;

/** @returns null when the value has no message, whatever else it is. */
export function readMessage(body: unknown): MagentoMessage | null {
  if (typeof body !== 'object' || body === null) return null;
  const { message, parameters, code, errors } = body as Record<string, unknown>;
  if (typeof message !== 'string') return null;
  const values = asParameters(parameters);
  const nested = Array.isArray(errors) ? errors.map(readMessage).filter((error) => error !== null) : [];
  const whole = [fillIn(message, values), ...nested.map((error) => error.text)];
  return {
    template: message,
    text: readable([...new Set(whole)].join(' ')),
    parameters: values,
    code: typeof code === 'string' ? code : null,
    errors: nested,
  };
}

/** A list fills `%1`, `%2`, …, or else the named places in their order; a map fills by name. */
export function fillIn(template: string, parameters: Record<string, string>): string {
  const numbered = /%\d/.test(template);
  let next = 1;
  return template.replace(/%(\w+)/g, (place, name: string) => {
    const value = parameters[name] ?? (numbered ? undefined : parameters[String(next++)]);
    return value ?? place;
  });
}

function asParameters(parameters: unknown): Record<string, string> {
  if (typeof parameters !== 'object' || parameters === null) return {};
  const entries = Array.isArray(parameters)
    ? parameters.map((value: unknown, index) => [String(index + 1), value] as const)
    : Object.entries(parameters);
  return Object.fromEntries(entries.map(([name, value]) => [name, asText(value)]));
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Fit for logs. Messages may hold links into the admin panel, line breaks, and what a customer typed. */
export function readable(text: string): string {
  return text
    .replace(/<[^>]*>/g, '')
    .replace(/[^\s@"'<>]+@[^\s@"'<>]+/g, '(e-mail)')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, maxTextLength);
}
