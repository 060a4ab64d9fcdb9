import { mkdirSync, readFileSync, renameSync, unwatchFile, watchFile, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '../../../services/platform/config/schema.ts';
import { stateFolder } from '../install/places.mjs';
import { loopback } from '../ports.ts';
import { judged, localText, namedVariables, recipeFile, type LocalPlaces } from './configuration.ts';

export interface OwnOptions {
  /** The user's configuration. */
  file: string;
  sandboxShop: boolean;
  sandboxErp: boolean;
}

const watchEveryMs = 1_000;

/** A run against the user's own shop and ERP, or a sandbox in place of one of them. */
export class OwnShop {
  readonly options: OwnOptions;
  readonly config: Config;

  /** @throws ConfigurationError with every problem at once. */
  constructor(options: OwnOptions, environment: NodeJS.ProcessEnv) {
    this.options = options;
    this.config = judged(options.file, unsettled(options), environment);
  }

  /** Which of the two are sandboxes. */
  get sandboxes(): { shop: boolean; erp: boolean } {
    return { shop: this.options.sandboxShop, erp: this.options.sandboxErp };
  }

  /**
   * State of its own for each shop and for each choice of sandboxes: what a sandbox ERP has published must never
   * reach a real shop.
   */
  get statePath(): string {
    const { sandboxShop, sandboxErp } = this.options;
    const name = [this.config.instance, sandboxShop && 'sandbox-shop', sandboxErp && 'sandbox-erp'];
    return join(stateFolder, 'own', name.filter(Boolean).join('-'));
  }

  /** The variables that the configuration names, as they are set here. */
  variables(environment: NodeJS.ProcessEnv): Record<string, string> {
    const { file } = this.options;
    const text = readFileSync(file, 'utf8');
    const recipe = recipeFile(text, dirname(file));
    return namedVariables(recipe === null ? text : text + readFileSync(recipe, 'utf8'), environment);
  }

  /**
   * Writes the configuration that the processes read, and again whenever the user's changes: they look at it again by
   * themselves. One that has become wrong is told and not taken.
   * @returns what ends it.
   */
  follow(target: string, places: LocalPlaces, say: (text: string) => void): () => void {
    const { file } = this.options;
    const write = () => {
      mkdirSync(join(target, '..'), { recursive: true });
      writeFileSync(`${target}.new`, localText(readFileSync(file, 'utf8'), places, dirname(file)), {
        mode: 0o600,
      });
      renameSync(`${target}.new`, target);
    };
    write();
    watchFile(file, { interval: watchEveryMs, persistent: false }, () => {
      try {
        judged(file, places, process.env);
        write();
        say(
          `${file} was changed, and is read again. What a process takes at its start comes with the next one.`,
        );
      } catch (error) {
        say(`${error instanceof Error ? error.message : String(error)}\nThe one before stays in use.`);
      }
    });
    return () => unwatchFile(file);
  }
}

/** For the judgement before anything is settled: addresses of the right form. */
function unsettled({ sandboxShop, sandboxErp }: OwnOptions): LocalPlaces {
  const url = `http://${loopback}`;
  const credentials = { consumerKey: 'x', consumerSecret: 'x', accessToken: 'x', accessTokenSecret: 'x' };
  return {
    brokers: `${loopback}:9092`,
    registryUrl: url,
    httpHost: loopback,
    ...(sandboxShop && {
      shop: { magento: { url, credentials }, webhook: { secrets: [`whsec_${'x'.repeat(32)}`] } },
    }),
    ...(sandboxErp && { erpUrl: `postgres://${loopback}/erp` }),
  };
}
