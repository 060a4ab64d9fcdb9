import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dirname, resolve } from 'node:path';
import { parse, parseDocument, stringify } from 'yaml';
import { connectionOf } from '../../../services/erp/connection.ts';
import { ConfigurationError, loadConfig } from '../../../services/platform/config/load.ts';
import { configSchema, type Config, type SectionName } from '../../../services/platform/config/schema.ts';
import type { Environment, Problem } from '../../../services/platform/config/secrets.ts';
import { Rejected } from '../../../services/platform/errors.ts';
import { projectFolder } from '../install/places.mjs';

/** What this machine puts in place of what the user's configuration says. */
export interface LocalPlaces {
  brokers: string;
  registryUrl: string;
  httpHost: string;
  /** Of the sandbox shop, when it was asked for. */
  shop?: { magento: object; webhook: object };
  /** The database of the sandbox ERP, when it was asked for. */
  erpUrl?: string;
}

type Tree = Record<string, unknown>;

/**
 * The user's configuration for this machine: Kafka and registry are the local ones, each process listens on a port of
 * its own, and shop and ERP stay what they are unless a sandbox was asked for. A text that is no YAML comes back as it
 * is: whoever loads it says what is wrong.
 * @param folder where the user's file lies, for the recipe that it may name
 */
export function localText(
  text: string,
  { brokers, registryUrl, httpHost, shop, erpUrl }: LocalPlaces,
  folder: string,
): string {
  const document = parseDocument(text, { stringKeys: true });
  const tree: unknown = document.errors.length > 0 ? null : (document.toJS() ?? {});
  if (!isTree(tree)) return text;
  const { ssl: _ssl, sasl: _sasl, ...kafka } = treeOf(tree.kafka);
  const { signingUrl: _signingUrl, ...magento } = treeOf(tree.magento);
  const { recipe } = treeOf(tree.erp);
  return stringify(
    {
      ...tree,
      kafka: { ...kafka, brokers, registry: { url: registryUrl }, replicationFactor: 1 },
      http: { ...treeOf(tree.http), host: httpHost, port: '${HTTP_PORT:-8080}' },
      console: { password: ifSet(treeOf(tree.console).password), withoutLogin: true },
      ...(shop && {
        magento: { ...magento, ...shop.magento },
        webhook: { ...treeOf(tree.webhook), ...shop.webhook },
      }),
      // Nothing of the user's: its SQL speaks of other tables, its writer or its recipe would bring the orders of a
      // sandbox into the real ERP.
      ...(erpUrl !== undefined && { erp: { ...sandboxErp(), connection: { url: erpUrl } } }),
      ...(erpUrl === undefined &&
        typeof recipe === 'string' && { erp: { ...treeOf(tree.erp), recipe: resolve(folder, recipe) } }),
    },
    { lineWidth: 0 },
  );
}

function sandboxErp(): Tree {
  const text = readFileSync(join(projectFolder, 'deploy/config/sandbox.yaml'), 'utf8');
  return (parse(text) as { erp: Tree }).erp;
}

/** The file that the configuration names as its recipe, where it does. */
export function recipeFile(text: string, folder: string): string | null {
  const { recipe } = treeOf(treeOf(parseDocument(text, { stringKeys: true }).toJS()).erp);
  return typeof recipe === 'string' ? resolve(folder, recipe) : null;
}

/** The console's password is a choice here, where nobody else reaches the page: its variable may be missing. */
function ifSet(password: unknown): string {
  return typeof password === 'string' ? password.replaceAll(/\$\{(\w+)\}/g, '${$1:-}') : '';
}

const isTree = (value: unknown): value is Tree =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const treeOf = (value: unknown): Tree => (isTree(value) ? value : {});

const sections = Object.keys(configSchema.shape) as SectionName[];

/**
 * The whole configuration as all processes of this machine will read it.
 * @throws ConfigurationError with every problem at once, what a process would find only when it starts included.
 */
export function judged(file: string, places: LocalPlaces, environment: Environment): Config {
  // Its recipe and its secrets are read by the same way, and stay as they are.
  const config = loadConfig(file, sections, environment, (path) => {
    const text = readFileSync(path, 'utf8');
    return path === file ? localText(text, places, dirname(file)) : text;
  });
  const problems = [...ordersProblem(config), ...customersProblem(config), ...connectionProblems(config)];
  if (problems.length > 0) throw new ConfigurationError(file, problems);
  return config;
}

function ordersProblem({ flows, erp }: Config): Problem[] {
  if (flows.orders === 'off' || erp.orders !== undefined || erp.recipe !== undefined) return [];
  const message = 'is required: how an order is looked up and created. Or switch flows.orders off';
  return [{ path: 'erp.orders', message }];
}

function customersProblem({ flows, erp }: Config): Problem[] {
  if (flows.customers === 'off' || (erp.customers ?? erp.recipe?.customers) !== undefined) return [];
  const message = 'is required: how a customer is looked up and written. Or switch flows.customers off';
  return [{ path: 'erp.customers', message }];
}

function connectionProblems({ erp }: Config): Problem[] {
  try {
    for (const role of ['reader', 'writer'] as const) connectionOf(erp.connection, role);
    return [];
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    const { what, fix } = error.fault;
    return [{ path: 'erp.connection', message: `${what}. ${fix}` }];
  }
}

/**
 * The variables of the environment that the configuration names, as they are set here: with them the command line
 * reads the same configuration in another terminal.
 */
export function namedVariables(text: string, environment: Environment): Record<string, string> {
  const names = [...text.matchAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)/g)].map(([, name]) => name!);
  const set = names.flatMap((name) => {
    // A file wins over a value, as in the configuration itself.
    const found = [`${name}_FILE`, name].find((one) => environment[one] !== undefined);
    return found === undefined ? [] : [[found, environment[found]!] as const];
  });
  return Object.fromEntries(set);
}
