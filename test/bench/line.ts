import { join } from 'node:path';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { startPostgres, startRegistry } from '../infrastructure/main.ts';
import { firstLoadDone } from '../journeys/first-load.ts';
import { openStack } from '../journeys/stack.ts';
import type { Stack, StackOptions } from '../journeys/stack.ts';

export interface Line {
  stack: Stack;
  close(): Promise<void>;
}

/** The whole line as the journeys have it, every process and the console, with the first load done. */
export async function openLine(say: (text: string) => void, options?: StackOptions): Promise<Line> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.toReversed()) await closer();
  };
  try {
    say('starting registry, database, broker and all processes');
    const [registry, postgres] = await Promise.all([startRegistry(), startPostgres()]);
    closers.push(
      () => registry.remove(),
      () => postgres.remove(),
    );
    // The seam through which the stack finds what `npm test` would share among test files.
    process.env.CARTAGE_TEST_REGISTRY_URL = registry.url;
    process.env.CARTAGE_TEST_DATABASE_URL = postgres.url;
    // With the waits of an installation: shorter sessions would mean more heart-beats.
    const CARTAGE_CONFIG = join(projectFolder, 'deploy/config/sandbox.yaml');
    const stack = await openStack({ ...options, environment: { CARTAGE_CONFIG, ...options?.environment } });
    closers.push(() => stack.close());
    await stack.startAll();
    await stack.start('console');
    say('waiting for the first load');
    await firstLoadDone(stack);
    return { stack, close };
  } catch (error) {
    say(`the line did not start: ${error instanceof Error ? error.message : String(error)}`);
    await close();
    throw error;
  }
}
