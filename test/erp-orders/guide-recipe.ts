import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../deploy/local/install/places.mjs';

const guide = readFileSync(join(projectFolder, 'deploy/RECIPES.md'), 'utf8');

/** The blocks of YAML under a heading of the guide to recipes. */
export function blocksUnder(heading: string): string[] {
  const section = guide.split(/^##+ /m).find((text) => text.startsWith(heading))!;
  return [...section.matchAll(/^```yaml\n([^]*?)^```/gm)].map(([, block]) => block!);
}

const [first, ...more] = blocksUnder('A recipe from an empty file')
  .join('')
  .split(/^orders:\n/m);

/** All pieces one after the other; what is under `orders:` is so once. */
export const guideRecipe = `${first}orders:\n${more.join('')}`;
