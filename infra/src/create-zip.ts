import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly path: string;
  readonly content: Uint8Array;
}

/** 1980-01-01 00:00, the first moment that the format knows. */
const dosDate = 0x21;
const version = 20;
const utf8Names = 0x0800;
const deflated = 8;
/** Made on Unix, a file that everybody may read: Lambda runs as another user than the one that owns it. */
const madeOnUnix = (3 << 8) | version;
const readableFile = (0o100644 << 16) >>> 0;

/**
 * A zip archive that is the same byte for byte for the same entries: no clock, no file system, no user in it. What is unchanged is
 * then no change to Terraform.
 */
export function createZip(entries: readonly ZipEntry[]): Buffer {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, content } of sorted) {
    const name = Buffer.from(path, 'utf8');
    const data = deflateRawSync(content, { level: 9 });
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(version, 0);
    shared.writeUInt16LE(utf8Names, 2);
    shared.writeUInt16LE(deflated, 4);
    shared.writeUInt16LE(0, 6);
    shared.writeUInt16LE(dosDate, 8);
    shared.writeUInt32LE(crc32(content), 10);
    shared.writeUInt32LE(data.length, 14);
    shared.writeUInt32LE(content.length, 18);
    shared.writeUInt16LE(name.length, 22);

    const file = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), shared, name, data]);
    const attributes = Buffer.alloc(14);
    attributes.writeUInt32LE(readableFile, 6);
    attributes.writeUInt32LE(offset, 10);
    const made = Buffer.alloc(2);
    made.writeUInt16LE(madeOnUnix, 0);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), made, shared, attributes, name]));
    files.push(file);
    offset += file.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(sorted.length, 4);
  end.writeUInt16LE(sorted.length, 6);
  end.writeUInt32LE(listing.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...files, listing, Buffer.from('PK\x05\x06', 'latin1'), end]);
}
