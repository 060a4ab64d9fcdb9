/** Data as YAML, in the way in which the formatter leaves it. */
import { Document, visit } from 'yaml';

export interface Commented {
  /** Lines that stand above the document. */
  comment?: string;
  data: unknown;
}

export const madeHere = 'Made from the tables of processes and topics by `npm run generate`. Do not edit.';

/** A file of several documents, the first line of which says that it is made. */
export function documents(head: string, parts: readonly Commented[]): string {
  return `${comment(`${madeHere}\n${head}`)}${parts
    .map(({ comment: above, data }) => (above ? comment(above) : '') + yaml(data))
    .join('---\n')}`;
}

export function yaml(data: unknown): string {
  const document = new Document(data, { aliasDuplicateObjects: false });
  // What can be misread (yes, 08, 1e3) stands in quotes anyway; of the two kinds the formatter wants single ones.
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string' && node.value.includes('\n')) node.type = 'BLOCK_LITERAL';
    },
  });
  return document.toString({ lineWidth: 0, singleQuote: true });
}

const comment = (text: string): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `# ${line}\n`)
    .join('');
