/**
 * A minimal zip writer. Owned here because Alipay's zips carry GBK file names without the UTF-8 flag, which the
 * libraries at hand cannot write. Deflated entries, no zip64. PKWARE APPNOTE 4.3.
 */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  name: Buffer;
  bytes: Buffer;
}

function header(signature: number, entry: ZipEntry, packed: Buffer, central: boolean): Buffer {
  const h = Buffer.alloc(central ? 46 : 30);
  const at = central ? 6 : 4;
  h.writeUInt32LE(signature, 0);
  if (central) h.writeUInt16LE(20, 4);
  h.writeUInt16LE(20, at); // version needed
  h.writeUInt16LE(0, at + 2); // flags: names are not UTF-8
  h.writeUInt16LE(8, at + 4); // deflate
  h.writeUInt16LE(0x21, at + 8); // 1980-01-01: bills carry no meaningful file time
  h.writeUInt32LE(crc32(entry.bytes), at + 10);
  h.writeUInt32LE(packed.length, at + 14);
  h.writeUInt32LE(entry.bytes.length, at + 18);
  h.writeUInt16LE(entry.name.length, at + 22);
  return h;
}

export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const packed = deflateRawSync(entry.bytes);
    const record = Buffer.concat([header(0x04034b50, entry, packed, false), entry.name, packed]);
    const listed = header(0x02014b50, entry, packed, true);
    listed.writeUInt32LE(offset, 42);
    central.push(listed, entry.name);
    local.push(record);
    offset += record.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}
