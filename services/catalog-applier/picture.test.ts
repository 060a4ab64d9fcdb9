import { expect, it } from '@jest/globals';
import { pictureOf } from './picture.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const pngHead = '89504e470d0a1a0a 0000000d 49484452 00000200 00000100';
/** With a comment and a table of Huffman codes before the frame. */
const jpegHead = 'ffd8 fffe 0004 6869 ffc4 0004 0000 ffc2 0011 08 0100 0200 03';

it.each([
  ['a PNG', pngHead, { mime: 'image/png', extension: 'png', width: 512, height: 256 }],
  ['a GIF', '474946383961 0002 0001', { mime: 'image/gif', extension: 'gif', width: 512, height: 256 }],
  ['a JPEG', jpegHead, { mime: 'image/jpeg', extension: 'jpg', width: 512, height: 256 }],
  ['a PNG that is cut short', pngHead.slice(0, 40), null],
  ['a JPEG without a frame', 'ffd8 fffe 0004 6869', null],
  ['a WebP', Buffer.from('RIFF....WEBPVP8 ').toString('hex'), null],
  ['a text', Buffer.from('<svg/>').toString('hex'), null],
  ['nothing', '', null],
])('%s is told by its bytes', (_name, head, picture) => {
  expect(pictureOf(hex(head))).toEqual(picture);
});
