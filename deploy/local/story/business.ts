import { seconds } from '../install/progress.mjs';
import type { Plan } from '../plan.ts';
import { loopback } from '../ports.ts';
import { Sandboxes } from './sandboxes.ts';
import { playStory } from './story.ts';
import { trickle } from './trickle.ts';

/** What goes on in the sandboxes before the user's eyes: the story once, then a trickle. */
export interface Business {
  /** Says where it stops when something does not arrive; everything goes on running, so that one can look why. */
  tellStory(): Promise<void>;
  goOn(): void;
}

export function openBusiness({ ports }: Plan, say: (text: string) => void, signal: AbortSignal): Business {
  const sandboxes = new Sandboxes(`http://${loopback}:${ports.shop}`, `http://${loopback}:${ports.erp}`);
  return {
    tellStory: async () => {
      say('');
      try {
        await playStory(sandboxes, (chapter, line, tookMs) => say(storyLine(chapter, line, tookMs)), signal);
      } catch (error) {
        if (signal.aborted) return;
        const why = error instanceof Error ? error.message : String(error);
        say(`\n  The story stops here: ${why}. The console shows what is parked, the logs say why.`);
      }
    },
    goOn: () => void trickle(sandboxes, say, signal),
  };
}

function storyLine(chapter: string, line: string, tookMs: number | undefined): string {
  const text = `  ${chapter.padEnd(9)} ${line}`;
  return tookMs === undefined ? text : `${text.padEnd(88)} ${seconds(tookMs).padStart(7)}`;
}
