import { createSchema, openDatabase } from './database.ts';
import { seed } from './seed.ts';
import { serve } from './server.ts';
import type { Running } from './server.ts';

export { createSchema } from './database.ts';
export { seed } from './seed.ts';
export type { Running } from './server.ts';

export interface ErpOptions {
  /** Of a role that may create tables, roles and publications. */
  databaseUrl: string;
  /** Where to listen; another address than 127.0.0.1 only inside a container. */
  host?: string;
  /** 0, the default: any free one. */
  port?: number;
  /** Puts in products, prices, stock, carriers, payment terms where they are missing. */
  seed?: boolean;
}

/** Starts the sandbox ERP on loopback; the schema is made where it is missing. */
export async function startErp(options: ErpOptions): Promise<Running> {
  const database = openDatabase(options.databaseUrl);
  try {
    await database.withClient(createSchema);
    if (options.seed) await database.withClient(seed);
    const running = await serve(database, options.port ?? 0, options.host);
    return {
      url: running.url,
      async close() {
        await running.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
