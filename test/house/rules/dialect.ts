/** How names are written. */
import { codeOf } from '../code.ts';
import { isTypeScript, under } from '../source.ts';
import type { Rule, SourceFile, Violation } from '../source.ts';

const others = [
  {
    name: 'a constant in capitals',
    form: /\bconst ([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*)\b/,
    why: 'constants are in camelCase like everything else: what never changes needs no shouting',
  },
  {
    // A private constructor has no other form.
    name: 'a member that only the types keep private',
    form: /^\s+(?:private|protected)\s+(?!constructor\b)/m,
    why: 'members are #private: the other kind is there for whoever asks past the types, and there would be two ways to say one thing',
  },
];

export const oneDialect: Rule = (files) => files.filter(isTypeScript).filter(inServices).flatMap(found);

const inServices = (file: SourceFile) =>
  under('services')(file) || under('schemas')(file) || under('deploy')(file);

function found({ path, text }: SourceFile): Violation[] {
  const code = codeOf(text);
  return others.flatMap(({ name, form, why }) => {
    const match = form.exec(code);
    return match ? [{ path, what: `has ${name}: ${match[0].trim()}`, why }] : [];
  });
}
