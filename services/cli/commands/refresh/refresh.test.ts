import { describe, expect, it } from '@jest/globals';
import { refuseOtherKeys } from './refresh.ts';

const order = 'instance/store/increment_id';

describe('a key to be refreshed', () => {
  it.each([
    ['main/default/000000042', order],
    ['WH1/A/B', 'source/sku'],
    ['WH%2F1/A', 'source/sku'],
    ['A/B', 'sku'],
  ])('%s is one of %s', (key, keyParts) => {
    expect(() => refuseOtherKeys(key, keyParts, 'main')).not.toThrow();
  });

  it.each([
    ['000000042', order],
    ['other/default/000000042', order],
    ['main//000000042', order],
    ['A', 'source/sku'],
    ['', 'sku'],
  ])('"%s" is none of %s, and the right form is shown', (key, keyParts) => {
    const shown = keyParts.replace('instance', 'main');
    expect(() => refuseOtherKeys(key, keyParts, 'main')).toThrow(`Write ${shown}`);
  });
});
