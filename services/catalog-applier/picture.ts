/** What a file is by its first bytes; nothing that a host or a name says of it counts. */
export interface Picture {
  mime: 'image/png' | 'image/jpeg' | 'image/gif';
  extension: 'png' | 'jpg' | 'gif';
  /** Pixels. */
  width: number;
  height: number;
}

const png = Buffer.from('89504e470d0a1a0a', 'hex');

/** Of a kind that Magento takes (FACTS section 7); null for every other, and for one that is cut short. */
export function pictureOf(file: Buffer): Picture | null {
  if (file.length >= 24 && file.subarray(0, 8).equals(png))
    return {
      mime: 'image/png',
      extension: 'png',
      width: file.readUInt32BE(16),
      height: file.readUInt32BE(20),
    };
  if (file.length >= 10 && /^GIF8[79]a$/.test(file.toString('latin1', 0, 6)))
    return { mime: 'image/gif', extension: 'gif', width: file.readUInt16LE(6), height: file.readUInt16LE(8) };
  const size = jpegSize(file);
  return size && { mime: 'image/jpeg', extension: 'jpg', ...size };
}

/** The frame header of a JPEG: of all segments the one that tells the size, C4, C8 and CC being none. */
function jpegSize(file: Buffer): { width: number; height: number } | null {
  if (file.length < 4 || file.readUInt16BE(0) !== 0xffd8) return null;
  for (let at = 2; at + 9 <= file.length && file[at] === 0xff; at += 2 + file.readUInt16BE(at + 2)) {
    const marker = file[at + 1]!;
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { height: file.readUInt16BE(at + 5), width: file.readUInt16BE(at + 7) };
  }
  return null;
}
