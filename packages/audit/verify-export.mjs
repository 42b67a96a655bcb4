#!/usr/bin/env node
// Verifies an exported audit record offline: node verify-export.mjs FILE [--head HASH] [--json]
//
// One file, no dependency, nothing shared with the program that wrote the export, so that it can be read and run by whoever does
// not trust that program. Exit 0: sound. Exit 1: the first thing that is wrong was printed. Exit 2: could not be checked.
//
// What it proves, line by line:
//   entry       its hash is SHA-256 over the RFC 8785 form of its other members; it follows the entry before it in its stream
//   checkpoint  it goes on where the one before ended; its Merkle root (RFC 6962) is that of the heads that it lists
//   pins        every stream that a checkpoint lists is there and holds exactly that entry in that place
//   blob        its text has the hash that an entry refers to
//   trailer     as many lines of each kind as were written, and the same bytes
// Whoever can rewrite the whole file can make a sound one. Against that, note the hash of a checkpoint elsewhere and give it as
// --head: then everything up to that checkpoint is proven to be as it was.

import crypto, { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

const CHECKPOINTS = 'checkpoints';
const GENESIS = '0'.repeat(64);
const EPOCH = '1970-01-01T00:00:00.000Z';
const HEX = /^[0-9a-f]{64}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const ENTRY_MEMBER_COUNT = 8;
const CHECKPOINT_MEMBERS = 'from,heads,merkle_root,stream_count,to';
const BLOB_MEMBERS = {
  'tools-frozen': 'tools',
  'model-answered': 'messages',
  'execution-succeeded': 'result',
  'execution-failed': 'result',
  'checkpoint-made': 'heads',
};

class Bad extends Error {
  constructor(what, detail, entry) {
    super(detail);
    this.problem = {
      what,
      detail,
      ...(typeof entry?.stream === 'string' ? { stream: entry.stream } : {}),
      ...(typeof entry?.sequence === 'number' ? { sequence: entry.sequence } : {}),
    };
  }
}

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
/** The one-shot form takes half the time where Node has it. */
const sha256Hex = (text) =>
  crypto.hash === undefined
    ? createHash('sha256').update(text, 'utf8').digest('hex')
    : crypto.hash('sha256', text, 'hex');

/** RFC 8785. */
function canonical(value) {
  if (typeof value === 'string') return canonicalText(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  let out = '';
  if (Array.isArray(value)) {
    for (const item of value) out += `${out === '' ? '' : ','}${canonical(item)}`;
    return `[${out}]`;
  }
  for (const name of Object.keys(value).sort())
    out += `${out === '' ? '' : ','}${canonicalText(name)}:${canonical(value[name])}`;
  return `{${out}}`;
}

function canonicalText(text) {
  // Nothing to escape, as in nearly every text: much faster than asking.
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new Error('half a surrogate pair');
  return JSON.stringify(text);
}

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const isTime = (value) => typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value));
const isText = (value) => typeof value === 'string' && value !== '';
const isHash = (value) => typeof value === 'string' && HEX.test(value);
const hasMembers = (value, names) => isObject(value) && Object.keys(value).sort().join() === names;

function checkShape(entry) {
  const isSound =
    isObject(entry) &&
    Object.keys(entry).length === ENTRY_MEMBER_COUNT &&
    isText(entry.stream) &&
    isText(entry.actor) &&
    isText(entry.type) &&
    isCount(entry.sequence) &&
    entry.sequence > 0 &&
    isTime(entry.at) &&
    isObject(entry.data) &&
    isHash(entry.hash) &&
    isHash(entry.previous_hash);
  if (!isSound) throw new Bad('schema', 'not a well-formed entry', entry);
}

function merkleRoot(heads) {
  if (heads.length === 0) return sha256Hex('');
  const leaves = heads.map((head) => sha256(Uint8Array.of(0), Buffer.from(canonical(head), 'utf8')));
  const tree = (from, to) => {
    if (to - from === 1) return leaves[from];
    let split = 1;
    while (split * 2 < to - from) split *= 2;
    return sha256(Uint8Array.of(1), tree(from, from + split), tree(from + split, to));
  };
  return tree(0, leaves.length).toString('hex');
}

class Verifier {
  constructor(expectedHead) {
    this.expectedHead = expectedHead;
    this.lineCount = 0;
    this.isComplete = false;
    this.bytesRead = createHash('sha256');
    this.entries = 0;
    this.checkpoints = 0;
    this.head = null;
    this.coveredTo = EPOCH;
    this.isHeadSeen = expectedHead === undefined;
    this.isPastCheckpoints = false;
    this.lateEntries = 0;
    /** stream -> its newest entry so far */
    this.tails = new Map();
    /** stream -> what checkpoints pin of it and has not come by yet, oldest first; and the last entry that they cover */
    this.pins = new Map();
    /** sha256 -> bytes */
    this.blobs = new Map();
    /** The blob that the next entry must refer to. */
    this.waiting = undefined;
  }

  line(bytes) {
    this.lineCount += 1;
    if (this.isComplete) throw new Bad('file_cut', 'there is more after the trailer');
    const { line, sealed } = parseLine(bytes);
    if (this.lineCount === 1) this.header(line);
    else if (line.kind === 'entry' && hasMembers(line, 'entry,kind')) this.entry(line.entry, sealed);
    else if (line.kind === 'blob') this.blob(line);
    else if (line.kind === 'trailer') this.trailer(line);
    else throw new Bad('bad_line', 'neither entry, blob nor trailer');
    this.bytesRead.update(bytes).update('\n');
  }

  header(line) {
    const isOurs = hasMembers(line, 'format,kind,version') && line.kind === 'header';
    if (!isOurs || line.format !== 'hitl-audit-export' || line.version !== 1)
      throw new Bad('bad_line', 'not the header of a hitl-audit-export file, version 1');
  }

  blob(line) {
    if (
      !hasMembers(line, 'kind,sha256,text') ||
      typeof line.sha256 !== 'string' ||
      typeof line.text !== 'string'
    )
      throw new Bad('bad_line', 'not a well-formed blob line');
    if (this.waiting !== undefined || this.blobs.has(line.sha256))
      throw new Bad('stray_blob', `blob ${line.sha256} does not belong here`);
    if (sha256Hex(line.text) !== line.sha256)
      throw new Bad('blob_mismatch', `blob ${line.sha256} was changed`);
    this.blobs.set(line.sha256, Buffer.byteLength(line.text, 'utf8'));
    this.waiting = line;
  }

  entry(entry, sealed) {
    const offered = this.waiting;
    this.waiting = undefined;
    const isCheckpoint = entry?.stream === CHECKPOINTS && !this.isPastCheckpoints;
    if (!isCheckpoint) this.endCheckpoints();
    this.link(entry, sealed);
    if (!isCheckpoint && entry.stream === CHECKPOINTS)
      throw new Bad('out_of_order', 'checkpoints stand before all other entries', entry);
    const blob = this.blobOf(entry);
    if (!isCheckpoint) this.meetPin(entry);
    if (offered !== undefined && blob?.sha256 !== offered.sha256)
      throw new Bad('stray_blob', `the blob ${offered.sha256} before it is not one of its`, entry);
    if (blob !== undefined) this.checkReference(blob, entry);
    if (isCheckpoint) this.checkpoint(entry, blob === undefined ? undefined : offered?.text);
  }

  /** Hash, sequence, link and time of one entry. `sealed` is the text that its hash was taken of. */
  link(entry, sealed) {
    checkShape(entry);
    const { hash } = entry;
    if (sha256Hex(sealed) !== hash)
      throw new Bad('hash_mismatch', 'its content is not what was sealed', entry);
    const tail = this.tails.get(entry.stream) ?? {
      sequence: 0,
      hash: GENESIS,
      atMs: Number.NEGATIVE_INFINITY,
    };
    if (entry.sequence === tail.sequence) throw new Bad('duplicate', 'it stands there twice', entry);
    if (entry.sequence < tail.sequence)
      throw new Bad('out_of_order', `it stands after entry ${tail.sequence}`, entry);
    if (entry.sequence > tail.sequence + 1)
      throw new Bad('gap', `entry ${tail.sequence + 1} is missing before it`, entry);
    if (entry.previous_hash !== tail.hash)
      throw new Bad('wrong_previous_hash', 'it does not follow the entry that stands before it', entry);
    const atMs = Date.parse(entry.at);
    if (atMs < tail.atMs) throw new Bad('time_backwards', 'it is dated before the entry before it', entry);
    this.tails.set(entry.stream, { sequence: entry.sequence, hash, atMs });
    this.entries += 1;
  }

  blobOf(entry) {
    const payload = Object.hasOwn(BLOB_MEMBERS, entry.type)
      ? entry.data[BLOB_MEMBERS[entry.type]]
      : undefined;
    const isReference =
      hasMembers(payload, 'bytes,sha256') && isHash(payload.sha256) && isCount(payload.bytes);
    return isReference ? payload : undefined;
  }

  checkReference(blob, entry) {
    const bytes = this.blobs.get(blob.sha256);
    if (bytes === undefined) throw new Bad('blob_missing', `blob ${blob.sha256} is not there`, entry);
    if (bytes !== blob.bytes) throw new Bad('blob_mismatch', `blob ${blob.sha256} has another length`, entry);
  }

  checkpoint(entry, blobText) {
    const broken = (detail) => new Bad('checkpoint_broken', detail, entry);
    const { data } = entry;
    const isWellFormed =
      entry.type === 'checkpoint-made' &&
      hasMembers(data, CHECKPOINT_MEMBERS) &&
      isTime(data.from) &&
      isTime(data.to) &&
      isCount(data.stream_count);
    if (!isWellFormed) throw broken('it is no checkpoint');
    if (data.from !== this.coveredTo) throw broken(`it does not go on at ${this.coveredTo}`);
    if (Date.parse(data.to) <= Date.parse(data.from)) throw broken('it ends before it begins');
    const heads = readHeads(data.heads, blobText);
    if (heads === undefined) throw broken('its list of heads is malformed');
    if (heads.length !== data.stream_count)
      throw broken(`it counts ${data.stream_count} streams and lists ${heads.length}`);
    if (merkleRoot(heads) !== data.merkle_root) throw broken('its Merkle root is not that of its heads');
    for (const [position, head] of heads.entries()) {
      if (position > 0 && !(heads[position - 1].stream < head.stream))
        throw broken('its heads are not sorted by stream');
      const pins = this.pins.get(head.stream) ?? { expected: [], coveredTo: 0 };
      if (head.sequence <= pins.coveredTo)
        throw broken(`it pins ${head.stream} at entry ${head.sequence}, not after the pin before`);
      pins.expected.push(head);
      pins.coveredTo = head.sequence;
      this.pins.set(head.stream, pins);
    }
    this.coveredTo = data.to;
    this.head = entry.hash;
    this.checkpoints += 1;
    this.isHeadSeen ||= entry.hash === this.expectedHead;
  }

  endCheckpoints() {
    this.isPastCheckpoints = true;
    if (!this.isHeadSeen)
      throw new Bad('head_not_found', `no checkpoint has the hash ${this.expectedHead}`, {
        stream: CHECKPOINTS,
      });
  }

  meetPin(entry) {
    const pins = this.pins.get(entry.stream);
    const next = pins?.expected[0];
    if (next?.sequence === entry.sequence) {
      if (next.hash !== entry.hash)
        throw new Bad('pin_mismatch', 'a checkpoint pins another entry here', entry);
      pins.expected.shift();
    }
    const isCovered = entry.sequence <= (pins?.coveredTo ?? 0);
    if (!isCovered && Date.parse(entry.at) < Date.parse(this.coveredTo)) this.lateEntries += 1;
  }

  trailer(line) {
    this.isComplete = true;
    const members = 'blobs,checkpoints,entries,head,kind,lines_sha256,streams';
    const isWellFormed =
      hasMembers(line, members) &&
      [line.blobs, line.checkpoints, line.entries, line.streams].every(Number.isSafeInteger) &&
      (line.head === null || typeof line.head === 'string') &&
      typeof line.lines_sha256 === 'string';
    if (!isWellFormed) throw new Bad('bad_line', 'not a well-formed trailer');
    if (this.waiting !== undefined)
      throw new Bad('stray_blob', `no entry follows blob ${this.waiting.sha256}`);
    this.endCheckpoints();
    this.checkPinsMet();
    const counted = this.report();
    for (const name of ['entries', 'streams', 'checkpoints', 'blobs', 'head']) {
      if (line[name] !== counted[name])
        throw new Bad('wrong_count', `${name}: the trailer says ${line[name]}, not ${counted[name]}`);
    }
    if (line.lines_sha256 !== this.bytesRead.copy().digest('hex'))
      throw new Bad('lines_changed', 'these are not the lines that were written, in that order');
  }

  checkPinsMet() {
    for (const stream of [...this.pins.keys()].sort()) {
      const next = this.pins.get(stream).expected[0];
      if (next === undefined) continue;
      const what = this.tails.has(stream) ? 'stream_truncated' : 'stream_missing';
      throw new Bad(what, `a checkpoint pins its entry ${next.sequence}`, next);
    }
  }

  end() {
    if (this.isComplete) return;
    this.lineCount += 1;
    throw new Bad('file_cut', 'the file ends before its trailer');
  }

  report() {
    return {
      entries: this.entries,
      streams: this.tails.size,
      checkpoints: this.checkpoints,
      blobs: this.blobs.size,
      head: this.head,
      late_entries: this.lateEntries,
    };
  }
}

/** The canonical form of an entry and of what its hash covers, putting each member into words once. */
function canonicalEntry(entry) {
  let [all, sealed] = ['', ''];
  for (const name of Object.keys(entry).sort()) {
    const member = `${canonicalText(name)}:${canonical(entry[name])}`;
    all += `${all === '' ? '' : ','}${member}`;
    if (name !== 'hash') sealed += `${sealed === '' ? '' : ','}${member}`;
  }
  return { all: `{${all}}`, sealed: `{${sealed}}` };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Exactly one JSON object in its canonical form: no other spacing or order, no member twice. Of an entry also the canonical form
 * of all that its hash covers, which is every member but the hash itself.
 */
function parseLine(bytes) {
  try {
    const text = utf8.decode(bytes);
    const line = JSON.parse(text);
    if (hasMembers(line, 'entry,kind') && isObject(line.entry)) {
      const { all, sealed } = canonicalEntry(line.entry);
      if (`{"entry":${all},"kind":${canonical(line.kind)}}` === text) return { line, sealed };
    } else if (isObject(line) && canonical(line) === text) return { line };
  } catch {
    // Not UTF-8, not JSON, or no canonical form: all the same.
  }
  throw new Bad('bad_line', 'not one RFC 8785 JSON object');
}
/** `undefined` when it is no list of heads. */
function readHeads(payload, blobText) {
  let heads = payload?.inline;
  if (!hasMembers(payload, 'inline')) {
    try {
      heads = JSON.parse(blobText);
    } catch {
      return undefined;
    }
  }
  const isHead = (head) =>
    hasMembers(head, 'hash,sequence,stream') &&
    isText(head.stream) &&
    isCount(head.sequence) &&
    head.sequence > 0 &&
    isHash(head.hash);
  return Array.isArray(heads) && heads.every(isHead) ? heads : undefined;
}

/** Lines end at a newline byte and nowhere else: texts may hold every other line separator. */
async function* linesOf(source) {
  let parts = [];
  for await (const chunk of source) {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const piece = chunk.subarray(from, end);
      yield parts.length === 0 ? piece : Buffer.concat([...parts, piece]);
      parts = [];
      from = end + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}

async function verify(source, expectedHead) {
  const verifier = new Verifier(expectedHead);
  try {
    for await (const line of linesOf(source)) verifier.line(line);
    verifier.end();
    return { ok: true, ...verifier.report() };
  } catch (error) {
    if (!(error instanceof Bad)) throw error;
    return { ok: false, ...verifier.report(), problem: { ...error.problem, line: verifier.lineCount } };
  }
}

function parseArguments(args) {
  const options = { file: undefined, head: undefined, isJson: false };
  for (let i = 0; i < args.length; i += 1) {
    if (args[i] === '--json') options.isJson = true;
    else if (args[i] === '--head') {
      i += 1;
      options.head = args[i];
      if (!isHash(options.head)) throw new Error('--head must be the 64 hex digits of a checkpoint');
    } else if (options.file === undefined && (args[i] === '-' || !args[i].startsWith('-')))
      options.file = args[i];
    else throw new Error(`unexpected argument ${args[i]}`);
  }
  if (options.file === undefined) throw new Error('which file?');
  return options;
}

function print(report, options) {
  if (options.isJson) {
    console.log(JSON.stringify(report));
    return;
  }
  const { problem } = report;
  if (problem !== undefined) {
    const place = [
      `line ${problem.line}`,
      ...(problem.stream === undefined ? [] : [`stream ${problem.stream}`]),
      ...(problem.sequence === undefined ? [] : [`entry ${problem.sequence}`]),
    ].join(', ');
    console.log(`BAD  ${place}: ${problem.what}: ${problem.detail}`);
    console.log(`     sound before it: ${report.entries} entries, ${report.checkpoints} checkpoints`);
    return;
  }
  console.log(
    `OK   ${report.entries} entries in ${report.streams} streams, ${report.checkpoints} checkpoints, ${report.blobs} blobs`,
  );
  console.log(`     newest checkpoint: ${report.head ?? 'none'}`);
  if (report.head !== null && options.head === undefined)
    console.log(
      '     note that hash elsewhere: only --head HASH proves that the file as a whole was not rewritten',
    );
  if (report.late_entries > 0)
    console.log(
      `     ${report.late_entries} entries are dated before the newest checkpoint and not covered by it`,
    );
}

async function main(args) {
  if (args.includes('--help')) {
    console.log('usage: node verify-export.mjs FILE|- [--head HASH] [--json]');
    return 0;
  }
  let options;
  try {
    options = parseArguments(args);
  } catch (error) {
    console.error(`${error.message}\nusage: node verify-export.mjs FILE|- [--head HASH] [--json]`);
    return 2;
  }
  try {
    const source = options.file === '-' ? process.stdin : createReadStream(options.file);
    const report = await verify(source, options.head);
    print(report, options);
    return report.ok ? 0 : 1;
  } catch (error) {
    console.error(`could not read ${options.file}: ${error.message}`);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
