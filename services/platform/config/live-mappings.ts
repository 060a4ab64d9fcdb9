import type { Config, PlatformConfig } from './schema.ts';

/**
 * What may change while a process runs, by section: tables of codes, which each handling looks up anew. All else takes
 * effect at the next start.
 */
const liveMappings: { [Section in keyof Config]?: readonly (keyof Config[Section])[] } = {
  orders: ['payments', 'shipping', 'stores', 'taxes', 'statuses'],
  customers: ['websites', 'groups'],
  stock: ['sources', 'ignore', 'warehouses', 'skus'],
  catalog: [
    'taxClasses',
    'attributes',
    'attributeSet',
    'createOptions',
    'createCategories',
    'deleted',
    'emoji',
    'imageHosts',
    'imageNetworks',
    'websites',
    'basePriceList',
    'priceLists',
    'baseCurrency',
  ],
  fulfilments: ['carriers'],
};

/** What whoever needs it looks up in `Configuration.current()`: in force by itself. */
const followed: typeof liveMappings = {
  kafka: ['ssl', 'sasl', 'registry'],
  magento: ['credentials', 'nextCredentials'],
  webhook: ['secrets', 'mageOsTokens', 'adobeCommerceKeys', 'adobeIoClients', 'erpSecrets'],
  erp: ['connection'],
};

/** A configuration, as far as a process read it. */
type Read = PlatformConfig & Partial<Config>;
type Tree = Record<string, unknown>;

/** What became of a new reading, as paths of fields. */
export interface Renewal {
  inForce: string[];
  /** Differs as well, and takes effect at the next start. */
  atNextStart: string[];
}

/**
 * Puts the mappings of a new reading into the one that the process holds: in place, so that whoever holds a section
 * sees them at its next look. A handling sees one state as long as it does not wait.
 */
export function renewMappings(held: Read, fresh: Read): Renewal {
  const renewal: Renewal = { inForce: [], atNextStart: [] };
  for (const section of Object.keys(held) as (keyof Config)[]) {
    const [mine, theirs] = [held[section], fresh[section]] as unknown as [Tree, Tree];
    const fields = typeof mine === 'object' ? Object.keys({ ...mine, ...theirs }) : null;
    if (fields === null) {
      if (mine !== theirs) renewal.atNextStart.push(section);
      continue;
    }
    for (const field of fields) {
      if (isIn(followed, section, field)) continue;
      if (JSON.stringify(mine[field]) === JSON.stringify(theirs[field])) continue;
      const isLive = isIn(liveMappings, section, field);
      if (isLive) mine[field] = theirs[field];
      (isLive ? renewal.inForce : renewal.atNextStart).push(`${section}.${field}`);
    }
  }
  return renewal;
}

function isIn(table: typeof liveMappings, section: keyof Config, field: string): boolean {
  return (table[section] as readonly string[] | undefined)?.includes(field) ?? false;
}
