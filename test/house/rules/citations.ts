/** What comments and documents lean on is in the repository. */
import type { Rule, SourceFile, Violation } from '../source.ts';

/** Citations are short, `FACTS section 7` and `promise 2`, and lead to a heading `## 7. …` or `### 2. …` of these. */
const cited = { FACTS: 'services/magento/FACTS.md', promise: 'services/README.md' };

/** Requirements, failures and issues have numbers elsewhere only: what they say is to be said in words. */
const numbered = /\bR\d{1,3}\b|\b(?:requirement|failure|issue)s? #?\d+\b/gi;
const numbers = /\d+(?:(?:,| and|, and| to)\s+\d+)*/.source;
const facts = new RegExp(String.raw`\bFACTS\b(?!\.md| section N\b)(?:\s+sections?\s+(${numbers}))?`, 'g');
const promises = new RegExp(String.raw`\bpromises?\s+(${numbers})`, 'gi');
const documentNames = /(?<![\w*])[\w-]+\.md\b(?!\w)/g;
/** Of something else than FACTS, and of no standard. */
const sections = /(?<!\bFACTS\s+|\bRFC \d+,?\s+)\bsections?\s+\d+/gi;

export const citationsResolve: Rule = (files) => {
  const headings = (path: string) => {
    const text = files.find((file) => file.path === path)?.text ?? '';
    return new Set([...text.matchAll(/^##+ (\d+)\. /gm)].map((match) => match[1]!));
  };
  const known = { FACTS: headings(cited.FACTS), promise: headings(cited.promise) };
  const names = new Set(files.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)));
  return files.filter(speaks).flatMap((file) => {
    const text = unwrapped(file.text);
    const wrong = (pattern: RegExp, resolves: (match: RegExpExecArray) => boolean) =>
      [...text.matchAll(pattern)].filter((match) => !resolves(match));
    const isOf = (heads: Set<string>, list: string | undefined) =>
      list !== undefined && list.match(/\d+/g)!.every((number) => heads.has(number));
    return [
      ...wrong(numbered, () => false),
      ...wrong(sections, () => false),
      ...wrong(documentNames, ([name]) => names.has(name)),
      ...wrong(facts, ([, list]) => isOf(known.FACTS, list)),
      ...wrong(promises, ([, list]) => isOf(known.promise, list)),
    ].map((match) => violation(file, match));
  });
};

function violation({ path, text }: SourceFile, { 0: citation, index }: RegExpExecArray): Violation {
  return {
    path: `${path}:${text.slice(0, index).split('\n').length}`,
    what: `cites "${citation.replaceAll(/\s+/g, ' ')}", which leads nowhere`,
    why: `who reads the code has the repository alone: say the reason in words, or cite ${cited.FACTS} (FACTS section N) or ${cited.promise} (promise N)`,
  };
}

/** All but what others wrote (versions, the licence, recorded answers), and the files made up to break this rule. */
function speaks({ path }: SourceFile): boolean {
  return !/^(package-lock\.json|LICENSE)$|\/recorded\/|^test\/house\/(house\.test|rules\/citations)\.ts$/.test(
    path,
  );
}

/** Comments on one line each and addresses blank, all as long as before, so that places stay. */
function unwrapped(text: string): string {
  return text.replaceAll(/\n[ \t]*(?:\*|\/\/|#)[ \t]|https?:\/\/\S+/g, (match) => ' '.repeat(match.length));
}
