/** The secrets of the other sides: the Secret of each, and the variables that read its files. */
import type { Need } from '../../services/platform/processes.ts';

export interface SecretFiles {
  secret: string;
  /** Under /run/secrets. */
  folder: string;
  /** Variable of the configuration to file of the Secret. */
  files: Readonly<Record<string, string>>;
}

export const secretFiles: Readonly<Record<Need, SecretFiles>> = {
  shop: {
    secret: 'cartage-magento',
    folder: 'magento',
    files: {
      MAGENTO_CONSUMER_KEY: 'consumer-key',
      MAGENTO_CONSUMER_SECRET: 'consumer-secret',
      MAGENTO_ACCESS_TOKEN: 'access-token',
      MAGENTO_ACCESS_TOKEN_SECRET: 'access-token-secret',
      // These need not be there.
      MAGENTO_ISSUED_ON: 'issued-on',
      MAGENTO_NEXT_CONSUMER_KEY: 'next-consumer-key',
      MAGENTO_NEXT_CONSUMER_SECRET: 'next-consumer-secret',
      MAGENTO_NEXT_ACCESS_TOKEN: 'next-access-token',
      MAGENTO_NEXT_ACCESS_TOKEN_SECRET: 'next-access-token-secret',
      MAGENTO_NEXT_ISSUED_ON: 'next-issued-on',
    },
  },
  // One role each: who reads the log of the ERP cannot write orders, and who writes orders cannot read the log.
  'erp-reader': {
    secret: 'cartage-erp-reader',
    folder: 'erp',
    files: { ERP_DATABASE_URL: 'database-url' },
  },
  'erp-writer': {
    secret: 'cartage-erp-writer',
    folder: 'erp-writer',
    // The second one for those that are not given the reader's: every address must be known.
    files: { ERP_WRITER_URL: 'database-url', ERP_DATABASE_URL: 'database-url' },
  },
  'webhook-secret': {
    secret: 'cartage-webhook',
    folder: 'webhook',
    // Of these one must be there.
    files: {
      WEBHOOK_SECRET: 'secret',
      WEBHOOK_NEXT_SECRET: 'next-secret',
      MAGE_OS_TOKEN: 'mage-os-token',
      MAGE_OS_NEXT_TOKEN: 'mage-os-next-token',
      ADOBE_COMMERCE_KEY: 'adobe-commerce-key',
      ADOBE_COMMERCE_NEXT_KEY: 'adobe-commerce-next-key',
      ADOBE_IO_CLIENT: 'adobe-io-client',
      ERP_PUSH_SECRET: 'erp-push-secret',
      ERP_PUSH_NEXT_SECRET: 'erp-push-next-secret',
    },
  },
  'console-password': {
    secret: 'cartage-console',
    folder: 'console',
    files: { CONSOLE_PASSWORD: 'password' },
  },
};

/** Label of the pods that the network lets through to another side; null where nothing has to be reached. */
export const reaches: Readonly<Record<Need, string | null>> = {
  shop: 'reaches-shop',
  'erp-reader': 'reaches-erp',
  'erp-writer': 'reaches-erp',
  'webhook-secret': null,
  'console-password': null,
};

/** Variables of a process to the files that hold them; what is needed first names a variable first. */
export function fileVariables(needs: readonly Need[]): { name: string; value: string }[] {
  const paths = new Map<string, string>();
  for (const { folder, files } of needs.map((need) => secretFiles[need]))
    for (const [variable, file] of Object.entries(files))
      if (!paths.has(variable)) paths.set(variable, `/run/secrets/${folder}/${file}`);
  return [...paths].map(([variable, value]) => ({ name: `${variable}_FILE`, value }));
}
