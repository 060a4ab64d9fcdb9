/** A value for each variable that deploy/config/cartage.yaml names and gives no default. */
export const exampleVariables = {
  KAFKA_BROKERS: 'kafka-0:9093,kafka-1:9093',
  KAFKA_USERNAME: 'cartage',
  KAFKA_PASSWORD: 'secret',
  REGISTRY_URL: 'https://registry.example/apis/ccompat/v7',
  MAGENTO_URL: 'https://shop.example',
  MAGENTO_CONSUMER_KEY: 'a'.repeat(32),
  MAGENTO_CONSUMER_SECRET: 'b'.repeat(32),
  MAGENTO_ACCESS_TOKEN: 'c'.repeat(32),
  MAGENTO_ACCESS_TOKEN_SECRET: 'd'.repeat(32),
  WEBHOOK_SECRET: `whsec_${Buffer.alloc(24, 1).toString('base64')}`,
  CONSOLE_PASSWORD: 'a password of the example',
  ERP_DATABASE_URL: 'postgres://cartage@127.0.0.1/erp',
};
