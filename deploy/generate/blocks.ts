/** Parts of a file that are made, between two comment lines; what stands around them is written by people. */

const begin = (name: string) => `# made from the tables by \`npm run generate\`: ${name}`;
const end = (name: string) => `# end of ${name}`;

/**
 * The text with everything between the two lines of a block replaced. The lines stay, indented as they are.
 * @throws Error when the text has no such block.
 */
export function withBlock(text: string, name: string, inner: string): string {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => line.trim() === begin(name));
  const to = lines.findIndex((line) => line.trim() === end(name));
  if (from < 0 || to < from) throw new Error(`Needs the lines "${begin(name)}" and "${end(name)}".`);
  const indent = ' '.repeat(lines[from]!.search(/\S/));
  const made = inner
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : indent + line));
  return [...lines.slice(0, from + 1), ...made, ...lines.slice(to)].join('\n');
}
